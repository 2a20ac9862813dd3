import { Socket } from 'node:net';

/**
 * A socket that sends once a tick. The statements of a transaction that do not wait for each other leave in one system
 * call. Each call costs a worker more processor time than the statement it carries. Under TLS pg writes to a socket of
 * its own, and each statement leaves by itself.
 */
export function createTickSocket(): Socket {
  const socket = new Socket();
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let isHeld = false;
  const hold = (): void => {
    if (isHeld) return;
    isHeld = true;
    socket.cork();
    process.nextTick(() => {
      isHeld = false;
      socket.uncork();
    });
  };
  socket.write = (...args: unknown[]): boolean => {
    hold();
    return write(...args);
  };
  return socket;
}
