import type { Pool } from 'pg';
import { createAuditSigner, type AuditSigner } from '../contracts/audit-chain.js';
import { Announcements } from './announcements.js';
import type { Config } from './config.js';
import { databaseUrlOf } from './database-url.js';
import { openWorkerModel, type WorkerModel } from './llm/worker-model.js';
import type { Logger } from './logger.js';
import type { ObjectStore } from './object-store.js';
import { openObjectStore } from './open-object-store.js';
import { createListenerClient, createPool } from './pool.js';
import { signingSecretOf } from './signing-secret.js';
import { createWebhookSender, type WebhookSender } from './webhook-sender.js';

/** Everything that a worker touches the outside with, apart from Temporal. */
export interface WorkerResources extends Omit<WorkerModel, 'stop'> {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly auditSigner: AuditSigner;
  readonly webhooks: WebhookSender;
}

export interface OpenWorkerResources {
  readonly resources: WorkerResources;
  /** Not started yet: whoever has something to hear adds itself first. */
  readonly announcements: Announcements;
  close(): Promise<void>;
}

export async function openWorkerResources(config: Config, logger: Logger): Promise<OpenWorkerResources> {
  const [databaseUrl, secret] = [databaseUrlOf(config), signingSecretOf(config)];
  const pool = createPool({ databaseUrl, max: config.databasePoolMax, applicationName: 'worker', logger });
  const createClient = () => createListenerClient(databaseUrl, 'worker-listener');
  const announcements = new Announcements({ createClient, logger });
  const { stop: stopModel, ...model } = await openWorkerModel({ config, pool, announcements });
  const objects = await openObjectStore(config, secret);
  const webhooks = createWebhookSender(config, secret);
  return {
    resources: { ...model, pool, objects, webhooks, auditSigner: createAuditSigner(secret) },
    announcements,
    async close() {
      await stopModel();
      await announcements.stop();
      await pool.end();
    },
  };
}
