import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A server as its clients see it, which a test can take away and bring back. */
export interface TcpGate {
  /** `127.0.0.1:<port>`, the same for the life of the gate. */
  readonly address: string;
  close(): Promise<void>;
  open(): Promise<void>;
  /** Open connections stay open and hear nothing any more, as behind a cable that was pulled. */
  freeze(): void;
}

/** In front of `target` (`host:port`). It begins open. */
export async function openTcpGate(target: string): Promise<TcpGate> {
  const [host = '', targetPort = ''] = target.split(':');
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((inner) => {
    const outer = connect(Number(targetPort), host);
    keep(inner);
    keep(outer);
    inner.pipe(outer).pipe(inner);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    open: () => listen(port),
    freeze: () => sockets.forEach((socket) => void socket.unpipe().pause()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
