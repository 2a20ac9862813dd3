import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

export interface ReceivedMail {
  readonly to: string;
  readonly messageId: string;
  readonly raw: string;
  readonly session: string;
}

/** The fate of a mail: an answer, or a cut connection at that point. */
export type MailFate = 'take' | 'drop_before' | 'drop_after' | { readonly code: number };

export interface TestSmtp {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** The most mails that were under way at once. */
  readonly mostAtOnce: number;
  readonly connections: number;
  /** Decides at the recipient. */
  onRecipient: (address: string, tries: number) => MailFate;
  /** Decides when the whole mail has arrived. */
  onMail: (address: string, tries: number) => MailFate;
  latencyMs: number;
  /** For one recipient; by default as long as for all. */
  latencyOf: (address: string) => number;
  readonly underWay: number;
  /** Nobody gets through until it is opened again on the same port. */
  away(): Promise<void>;
  back(): Promise<void>;
  countOf(address: string): number;
  close(): Promise<void>;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A real SMTP server that counts what it takes. */
export async function startSmtp(): Promise<TestSmtp> {
  const mails: ReceivedMail[] = [];
  const tries = new Map<string, number>();
  const state = { atOnce: 0, mostAtOnce: 0, connections: 0, port: 0 };
  let server = create();
  state.port = await listen(server, 0);

  function create(): SMTPServer {
    return new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      onConnect(_session, done) {
        state.connections += 1;
        done();
      },
      onMailFrom(_address, _session, done) {
        state.atOnce += 1;
        state.mostAtOnce = Math.max(state.mostAtOnce, state.atOnce);
        done();
      },
      onRcptTo({ address }, session, done) {
        const count = (tries.get(address) ?? 0) + 1;
        tries.set(address, count);
        act(smtp.onRecipient(address, count), session, done);
      },
      onData(stream, session, done) {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => void take(Buffer.concat(parts).toString('utf8'), session, done));
      },
    }).on('error', () => undefined);
  }

  async function take(raw: string, session: SMTPServerSession, done: (error?: Error) => void): Promise<void> {
    const to = session.envelope.rcptTo[0]?.address ?? '';
    await wait(smtp.latencyOf(to));
    const fate = smtp.onMail(to, tries.get(to) ?? 0);
    if (fate === 'take' || fate === 'drop_after') {
      const messageId = /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '';
      mails.push({ to, messageId, raw, session: session.id });
    }
    if (fate === 'take') state.atOnce -= 1;
    act(fate, session, done);
  }

  function act(fate: MailFate, session: SMTPServerSession, done: (error?: Error) => void): void {
    if (fate === 'take') return done();
    state.atOnce -= 1;
    if (typeof fate === 'object') {
      return done(Object.assign(new Error(`test says ${fate.code}`), { responseCode: fate.code }));
    }
    for (const connection of server.connections as unknown as Set<{
      id: string;
      _socket: { destroy(): void };
    }>) {
      if (connection.id === session.id) connection._socket.destroy();
    }
  }

  const smtp: TestSmtp = {
    get url() {
      return `smtp://127.0.0.1:${state.port}`;
    },
    mails,
    get mostAtOnce() {
      return state.mostAtOnce;
    },
    get connections() {
      return state.connections;
    },
    onRecipient: () => 'take',
    onMail: () => 'take',
    latencyMs: 0,
    latencyOf: () => smtp.latencyMs,
    get underWay() {
      return state.atOnce;
    },
    async away() {
      for (const connection of server.connections as unknown as Set<{ _socket: { destroy(): void } }>) {
        connection._socket.destroy();
      }
      await close(server);
      state.atOnce = 0;
    },
    async back() {
      server = create();
      await listen(server, state.port);
    },
    countOf: (address) => mails.filter((mail) => mail.to === address).length,
    close: () => close(server),
  };
  return smtp;
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.server.address() as AddressInfo).port));
  });
}

function close(server: SMTPServer): Promise<void> {
  return new Promise((resolve) => {
    if (!server.server.listening) return resolve();
    server.close(() => resolve());
  });
}
