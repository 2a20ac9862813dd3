import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { outcomeOfMailFailure, type SendOutcome } from '../../domain/notifications/send-outcome.js';

export interface OutgoingMail {
  readonly from: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly unsubscribeUrl: string;
}

/** The way out for mail. Nothing of it throws: what happened is the answer. */
export interface Mailer {
  send(mail: OutgoingMail): Promise<SendOutcome>;
  close(): void;
}

export interface MailerOptions {
  /** `smtp://` or `smtps://`, with user and password when the server wants them. */
  readonly url: string;
  /** Connections that are kept, and so mails at once, of this process. */
  readonly connections: number;
  /** The limits of a mail, whatever the server does. */
  readonly mailMs: number;
}

/**
 * M1. A connection is kept and carries many mails. A failed mail never moves to another connection by itself: the
 *     library cannot know whether that would repeat it.
 * M2. The stream of the message is watched. After a broken connection it is known whether all of it had left. It is
 *     read only once the server has asked for it.
 */
export function createMailer({ url, connections, mailMs }: MailerOptions): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    maxMessages: 1_000,
    maxRequeues: 0,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: mailMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0]);
  transport.use('stream', (mail, done) => {
    watch(mail as unknown as WatchedMail);
    done();
  });
  return {
    async send(mail) {
      const passage = { hasLeft: false };
      try {
        await transport.sendMail({
          ...messageOf(mail),
          passage,
          signal: AbortSignal.timeout(mailMs),
        } as Sent);
        return { kind: 'sent' };
      } catch (error) {
        return outcomeOfMailFailure({ ...failureOf(error), messageLeft: passage.hasLeft });
      }
    },
    close: () => transport.close(),
  };
}

type Sent = Parameters<ReturnType<typeof createTransport>['sendMail']>[0];

/** As much of the library's mail as is watched: its data are those that it was given. */
interface WatchedMail {
  readonly data: { readonly passage: { hasLeft: boolean } };
  readonly message: { createReadStream(options?: object): Readable };
}

function watch({ data, message }: WatchedMail): void {
  const create = message.createReadStream.bind(message);
  message.createReadStream = (options) => {
    const stream = create(options);
    stream.once('end', () => (data.passage.hasLeft = true));
    return stream;
  };
}

function messageOf(mail: OutgoingMail): object {
  return {
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: mail.messageId,
    headers: {
      'List-Unsubscribe': `<${mail.unsubscribeUrl}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
  };
}

function failureOf(error: unknown) {
  const { code, responseCode, response, command } = error as Partial<Record<string, string>> & {
    responseCode?: number;
  };
  return { code, responseCode, response, command };
}
