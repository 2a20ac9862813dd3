import type { ActivityDeps } from '../../../src/activities/index.js';
import { createMailPermits } from '../../../src/activities/notifications/mail-permits.js';
import { vapidKeysOf } from '../../../src/crypto/vapid-keys.js';
import { createPreferenceLinks } from '../../../src/crypto/preference-links.js';
import { sendPolicy, type SendPolicy } from '../../../src/domain/notifications/send-policy.js';
import { createMailer } from '../../../src/platform/notifications/mailer.js';
import { createOutbound } from '../../../src/platform/outbound-http.js';
import { createPushSender } from '../../../src/platform/notifications/push-sender.js';
import type { TestDatabase } from '../servers/database.js';
import { testSecrets } from '../servers/object-stores.js';

type Parts = ActivityDeps['notifications'];

/** Of tests that notify nobody: whatever sends is a mistake that the test shall see. */
export const unusedNotifications = new Proxy({} as Parts, {
  get: () => () => Promise.reject(new Error('no notifications here')),
});

export const testLinks = createPreferenceLinks(testSecrets, 'https://sluice.test');

/** Waits that a test can sit out. */
export const fastPolicy: SendPolicy = {
  ...sendPolicy,
  againDelaysMs: [20, 40],
  longestPushWaitMs: 2_000,
  patienceMs: 30_000,
  lookMs: [50, 200],
};

export interface TestSenders {
  readonly parts: Parts;
  close(): void;
}

export interface TestSenderOptions {
  readonly emails?: number;
  readonly policy?: Partial<SendPolicy>;
  readonly leaseMs?: number;
  readonly mailMs?: number;
}

/** The senders of production, pointed at servers on this machine. */
export function testSenders(
  database: Pick<TestDatabase, 'pool'>,
  smtpUrl: string,
  options: TestSenderOptions = {},
): TestSenders {
  const { emails = 5, leaseMs = 20_000, mailMs = 10_000 } = options;
  const mailer = createMailer({ url: smtpUrl, connections: emails, mailMs });
  const outbound = createOutbound({ allowLoopback: true });
  return {
    parts: {
      mailer,
      mailFrom: 'Sluice <notifications@sluice.test>',
      mailHost: 'sluice.test',
      permits: createMailPermits({ db: database.pool, count: emails, leaseMs, mailMs }),
      pushes: createPushSender(vapidKeysOf(undefined, testSecrets), 'mailto:test@sluice.test', outbound),
      links: testLinks,
      officeConcurrency: 10,
      policy: { ...fastPolicy, ...options.policy },
    },
    close: () => mailer.close(),
  };
}
