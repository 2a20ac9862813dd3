import { createServer, type Server } from 'node:net';

/**
 * Ports that this start has chosen and does not listen on yet. Another start at the same moment would find them free,
 * and its servers could not listen.
 *
 * A claim is an abstract socket: Linux gives it to one process and frees it with that process. Elsewhere every claim is
 * given.
 */
export class PortClaims {
  readonly #held = new Map<number, Server>();

  /** False: another start has it. */
  async claim(port: number): Promise<boolean> {
    if (process.platform !== 'linux' || this.#held.has(port)) return true;
    const server = await listenTo(`\0sluice-port-${port}`);
    if (server !== undefined) this.#held.set(port, server);
    return server !== undefined;
  }

  /** Once the servers listen, the ports themselves say that they are taken. */
  release(): void {
    for (const server of this.#held.values()) server.close();
    this.#held.clear();
  }
}

function listenTo(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path, exclusive: true }, () => resolve(server));
  });
}
