import { startPushService } from '../../test/support/notifications/push-service.js';
import { startSmtp } from '../../test/support/notifications/smtp-server.js';

/**
 * The far ends, in a process of their own. The mail server and the push service take their time for each
 * message.
 */
export interface OutsideReady {
  readonly smtpUrl: string;
  readonly pushUrl: string;
}
export type OutsideAsk = { readonly latencyMs: number } | 'count';
export interface OutsideCount {
  readonly mails: number;
  readonly recipients: number;
  readonly pushes: number;
  readonly mostMailsAtOnce: number;
}

export async function serveOutside(): Promise<void> {
  const [smtp, push] = [await startSmtp(), await startPushService()];
  const send = (message: OutsideReady | OutsideCount): void => void process.send?.(message);
  process.on('message', (ask: OutsideAsk) => {
    if (ask === 'count') {
      const recipients = new Set(smtp.mails.map((mail) => mail.to)).size;
      const mails = smtp.mails.length;
      return send({ mails, recipients, pushes: push.pushes.length, mostMailsAtOnce: smtp.mostAtOnce });
    }
    smtp.latencyMs = ask.latencyMs;
    push.latencyMs = ask.latencyMs;
  });
  send({ smtpUrl: smtp.url, pushUrl: push.url });
}
