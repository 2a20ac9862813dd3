import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * PostgreSQL behind a proxy for one worker, where a test can hold one transaction. It holds before the first
 * statement with a given word is sent. Or it holds after the commit, before its client learns of it.
 */
export interface CommitGate {
  /** The URL of the database through the gate. */
  readonly url: string;
  /** Stops at the next transaction that says this; once. */
  hold(where: Hold): Held;
  close(): Promise<void>;
}

export interface Hold {
  readonly saying: string;
  readonly at: 'sent' | 'committed';
}

export interface Held {
  /** Time stands still for that connection. */
  readonly reached: Promise<void>;
  /** It goes on, as if nothing had been. */
  release(): void;
}

interface Armed extends Hold {
  readonly reach: () => void;
  held: boolean;
  resume: (() => void) | null;
}

export async function openCommitGate(databaseUrl: string): Promise<CommitGate> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: Armed | null = null;
  const server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    let mine: Armed | null = null;
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    }
    inner.on('data', (part) => {
      if (armed !== null && !armed.held && part.includes(armed.saying)) {
        mine = armed;
        armed.held = true;
        if (armed.at === 'sent') return stop(inner, armed, () => outer.write(part));
      }
      outer.write(part);
    });
    outer.on('data', (part) => {
      if (mine?.at === 'committed' && mine.resume === null && part.includes('COMMIT'))
        return stop(outer, mine, () => inner.write(part));
      inner.write(part);
    });
    inner.once('close', () => outer.destroy());
    outer.once('close', () => inner.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    hold(where) {
      let reach = (): void => undefined;
      const reached = new Promise<void>((done) => (reach = done));
      const own: Armed = { ...where, reach, held: false, resume: null };
      armed = own;
      return { reached, release: () => own.resume?.() };
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** More that comes from that side waits behind the part that is held. */
function stop(from: Socket, armed: Armed, resume: () => void): void {
  from.pause();
  armed.resume = () => {
    resume();
    from.resume();
  };
  armed.reach();
}
