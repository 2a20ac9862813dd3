import { createPreferenceLinks, type PreferenceLinks } from '../../crypto/preference-links.js';
import type { SigningSecrets } from '../../crypto/signing-secrets.js';
import { vapidKeysOf } from '../../crypto/vapid-keys.js';
import { sendPolicy, type SendPolicy } from '../../domain/notifications/send-policy.js';
import type { Config } from '../config.js';
import { startMailCatcher, type CaughtMail } from './mail-catcher.js';
import { createMailer, type Mailer } from './mailer.js';
import { createOutbound } from '../outbound-http.js';
import { createPushSender, type PushSender } from './push-sender.js';

/** The dependencies of sending notifications. */
export interface NotificationSenders {
  readonly mailer: Mailer;
  readonly mailFrom: string;
  readonly mailHost: string;
  readonly pushes: PushSender;
  readonly links: PreferenceLinks;
  readonly policy: SendPolicy;
}

export interface OpenNotificationSenders {
  readonly senders: NotificationSenders;
  close(): Promise<void>;
}

/** The limits of a mail, whatever the server does. */
export const MAIL_MS = 60_000;

/** `keep` takes the mails where no server is configured. */
export async function openNotificationSenders(
  config: Config,
  secrets: SigningSecrets,
  keep: (mail: CaughtMail) => Promise<unknown>,
): Promise<OpenNotificationSenders> {
  const { smtpUrl, mailFrom } = config;
  const catcher = smtpUrl === undefined ? await startMailCatcher(keep) : undefined;
  const mailer = createMailer({
    url: smtpUrl ?? catcher?.url ?? '',
    connections: config.emailConcurrency,
    mailMs: MAIL_MS,
  });
  return {
    senders: {
      mailer,
      mailFrom,
      mailHost: /@([\w.-]+)>?\s*$/.exec(mailFrom)?.[1] ?? 'sluice.local',
      pushes: openPushSender(config, secrets),
      links: createPreferenceLinks(secrets, config.publicUrl ?? `http://127.0.0.1:${config.port ?? 3000}`),
      policy: sendPolicy,
    },
    async close() {
      mailer.close();
      await catcher?.close();
    },
  };
}

function openPushSender(config: Config, secrets: SigningSecrets): PushSender {
  const outbound = createOutbound({ allowLoopback: config.pushAllowLoopback });
  return createPushSender(vapidKeysOf(config.vapidPrivateKey, secrets), config.vapidSubject, outbound);
}
