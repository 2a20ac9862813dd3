import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A server as its clients see it, whose connections break at a chosen word. */
export interface CuttingGate {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /**
   * Breaks the next connection on which a client says `word`. `unheard` breaks before the server hears it.
   * `unanswered` breaks after the server's answer, which the client never gets. Resolves when that has
   * happened.
   */
  cutAt(word: string, when: 'unheard' | 'unanswered'): Promise<void>;
  close(): Promise<void>;
}

interface Cut {
  readonly word: string;
  readonly when: 'unheard' | 'unanswered';
  readonly done: () => void;
}

export async function openCuttingGate(target: string): Promise<CuttingGate> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let armed: Cut | undefined;
  const server = createServer((inner) => {
    const outer = connect(Number(port), host);
    let cut: Cut | undefined;
    const end = (): void => {
      inner.destroy();
      outer.destroy();
    };
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.once('close', end);
      socket.on('error', end);
    }
    inner.on('data', (chunk: Buffer) => {
      if (armed !== undefined && chunk.includes(armed.word)) {
        cut = armed;
        armed = undefined;
      }
      if (cut?.when === 'unheard') {
        end();
        cut.done();
      } else outer.write(chunk);
    });
    outer.on('data', (chunk: Buffer) => {
      if (cut === undefined) return void inner.write(chunk);
      // A transaction that is in is answered with COMMIT; what comes before it belongs to earlier statements.
      if (!chunk.includes(cut.word.toUpperCase())) return;
      end();
      cut.done();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAt: (word, when) => new Promise((done) => void (armed = { word, when, done })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
