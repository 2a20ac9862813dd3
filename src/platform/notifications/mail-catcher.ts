import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail as it came. */
export interface CaughtMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
}

export interface MailCatcher {
  readonly url: string;
  close(): Promise<void>;
}

const LARGEST_MAIL = 1_048_576;

/**
 * A mail server on this machine, for an installation without another: every mail is kept and none is sent on. A mail
 * is taken once it is kept, as a real server does it.
 */
export function startMailCatcher(keep: (mail: CaughtMail) => Promise<unknown>): Promise<MailCatcher> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_MAIL,
    logger: false,
    onData(stream, { envelope }, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map((each) => each.address);
        keep({ from, to, raw: Buffer.concat(parts) }).then(
          () => done(),
          () => done(Object.assign(new Error('cannot be kept now'), { responseCode: 451 })),
        );
      });
    },
  });
  // A connection that breaks is its client's trouble.
  server.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.server.address() as AddressInfo;
      resolve({
        url: `smtp://127.0.0.1:${port}`,
        close: () => new Promise((closed) => server.close(() => closed())),
      });
    });
  });
}
