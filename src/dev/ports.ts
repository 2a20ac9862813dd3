import { createServer } from 'node:net';
import type { PortClaims } from './port-claims.js';
import { StartError } from './start-error.js';

export interface PortWish {
  /** The variable that sets it. */
  readonly variable: string;
  readonly host: string;
  /** The variable's value; undefined when it is not set. */
  readonly set: number | undefined;
  readonly standard: number;
  /** Ports that another part of the same start has already chosen. */
  readonly chosen?: readonly number[];
  /** Where starts at the same moment keep out of each other's way. */
  readonly claims?: PortClaims;
}

export interface ChosenPort {
  readonly port: number;
  /** The standard port was taken, which the person at the terminal should hear. */
  readonly moved: boolean;
}

const NEXT_PORTS = 20;

/** A port that was set is taken as it is or refused. Any other port moves to a free one. */
export async function choosePort(wish: PortWish): Promise<ChosenPort> {
  const chosen = wish.chosen ?? [];
  if (wish.set !== undefined) {
    if (chosen.includes(wish.set) || !(await isFree(wish.set, wish.host))) throw takenError(wish, wish.set);
    return { port: wish.set, moved: false };
  }
  for (let port = wish.standard; port <= wish.standard + NEXT_PORTS; port += 1) {
    if (chosen.includes(port) || !(await isFree(port, wish.host))) continue;
    if ((await wish.claims?.claim(port)) !== false) return { port, moved: port !== wish.standard };
  }
  return { port: await randomPort(wish.host), moved: true };
}

function takenError(wish: PortWish, port: number): StartError {
  return new StartError(
    `${wish.variable} is ${port}, but that port is taken: choose another one, or leave ${wish.variable} unset and a free one is found.`,
  );
}

/** The port of the last start when it is still free, so that addresses stay the same. */
export async function keepPort(last: number | undefined, host: string): Promise<number> {
  return last !== undefined && (await isFree(last, host)) ? last : randomPort(host);
}

export async function isFree(port: number, host: string): Promise<boolean> {
  return (await listenOnce(port, host)) !== undefined;
}

export async function randomPort(host: string): Promise<number> {
  const port = await listenOnce(0, host);
  if (port === undefined) throw new StartError(`No port of ${host} is free.`);
  return port;
}

function listenOnce(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
