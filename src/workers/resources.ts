import type { Pool } from 'pg';
import type { NotificationParts } from '../activities/notifications/activities.js';
import { createMailPermits } from '../activities/notifications/mail-permits.js';
import { createDeciderSignatures, type DeciderSignatures } from '../crypto/decider-signatures.js';
import { createAuditKeys, type AuditKeys } from '../crypto/audit-chain.js';
import { insertCaughtMail } from '../db/notifications/caught-mails.js';
import { Announcements } from '../platform/announcements.js';
import type { Config } from '../platform/config.js';
import { directDatabaseUrlOf, poolOf } from '../platform/database-url.js';
import { openWorkerModel, type WorkerModel } from '../models/worker-model.js';
import type { Logger } from '../platform/logger.js';
import type { ObjectStore } from '../platform/objects/object-store.js';
import { openObjectStore } from '../platform/objects/open.js';
import { MAIL_MS, openNotificationSenders } from '../platform/notifications/senders.js';
import { createListenerClient, createPool } from '../platform/pool.js';
import { signingSecretsOf } from '../platform/signing-secrets.js';
import { openSql, type SqlPlatform } from '../platform/sql/open.js';
import { createWebhookSender, type WebhookSender } from '../platform/webhook-sender.js';

/** Everything that a worker touches the outside with, apart from Temporal. */
export interface WorkerResources extends Omit<WorkerModel, 'stop'>, SqlPlatform {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly auditKeys: AuditKeys;
  readonly deciders: DeciderSignatures;
  readonly webhooks: WebhookSender;
  readonly notifications: NotificationParts;
}

export interface OpenWorkerResources {
  readonly resources: WorkerResources;
  /** Not started yet: whoever has something to hear adds itself first. */
  readonly announcements: Announcements;
  close(): Promise<void>;
}

export async function openWorkerResources(config: Config, logger: Logger): Promise<OpenWorkerResources> {
  const secrets = signingSecretsOf(config);
  const pool = createPool({ ...poolOf(config), applicationName: 'worker', logger });
  const createClient = () => createListenerClient(directDatabaseUrlOf(config), 'worker-listener');
  const announcements = new Announcements({ createClient, logger });
  const { stop: stopModel, ...model } = await openWorkerModel({ config, pool, announcements });
  const objects = await openObjectStore(config, secrets);
  const webhooks = createWebhookSender(config, secrets);
  const notifications = await openNotificationSenders(config, secrets, (mail) =>
    insertCaughtMail(pool, mail),
  );
  const permits = createMailPermits({
    db: pool,
    count: config.emailConcurrency,
    mailMs: MAIL_MS,
    leaseMs: 2 * MAIL_MS,
  });
  return {
    resources: {
      ...model,
      ...(await openSql(config, objects)),
      pool,
      objects,
      webhooks,
      notifications: { ...notifications.senders, permits, officeConcurrency: config.officeConcurrency },
      deciders: createDeciderSignatures(secrets),
      auditKeys: createAuditKeys(secrets, config.auditRetiredKeys),
    },
    announcements,
    async close() {
      await stopModel();
      await notifications.close();
      await announcements.stop();
      await pool.end();
    },
  };
}
