import type { WebhookPolicy } from '../../../src/domain/webhooks/retry.js';
import { Announcements } from '../../../src/platform/announcements.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createListenerClient } from '../../../src/platform/pool.js';
import { createWebhookWake } from '../../../src/platform/webhook-wake.js';
import { startWebhookWaker } from '../../../src/workers/webhook-waker.js';
import type { HttpAnswer } from '../http.js';
import type { TestDatabase } from '../servers/database.js';
import type { TestTemporal } from '../servers/temporal.js';
import { waitUntil } from '../wait-until.js';
import { testWebhooks, type TestWebhookOptions } from '../webhooks/parts.js';
import { startReceiver, type AnswerWebhook, type WebhookReceiver } from '../webhooks/receiver.js';
import type { TestWorkerOptions } from '../workers/worker.js';
import { extended, useSluice, type Sluice } from './sluice.js';

export interface TestWebhook {
  readonly id: string;
  readonly secret: string;
}

export type WebhookHouse = Omit<Sluice<'admin' | 'ana'>, 'working'> & {
  /** As the administrator. */
  send(path: string, method?: string, body?: unknown): Promise<HttpAnswer>;
  /** A receiver that is closed after the test. */
  receiver(answer?: AnswerWebhook): Promise<WebhookReceiver>;
  webhook(url: string, more?: Record<string, unknown>): Promise<TestWebhook>;
  /** Presses the test button and gives the delivery's id. */
  test(webhookId: string): Promise<string>;
  delivery(webhookId: string, deliveryId: string): Promise<Record<string, unknown>>;
  /** Waits until it has this status. */
  until(webhookId: string, deliveryId: string, status: string): Promise<Record<string, unknown>>;
  /** Runs a worker and its waker around `work`. */
  working<Result>(work: () => Promise<Result>, options?: HouseOptions): Promise<Result>;
};

export interface HouseOptions extends Omit<TestWorkerOptions, 'webhooks'> {
  readonly webhooks?: TestWebhookOptions;
}

/** Waits that a test can sit out; never one that it waits for by the clock. */
export const fastPolicy: Partial<WebhookPolicy> = { delaysMs: [20, 30, 40], jitter: 0, timeoutMs: 300 };

const PATH = '/api/v1/webhooks';

export function useWebhookHouse(): WebhookHouse {
  const house = useSluice({
    env: { WEBHOOK_ALLOW_LOOPBACK: 'true', TEMPORAL_UI_URL: 'http://localhost:8233' },
    people: { admin: 'ADMIN', ana: 'ANALYST' },
    queues: ['flow', 'notify'],
  });
  const { api, database, temporal, working } = house;
  const open: WebhookReceiver[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((receiver) => receiver.close()));
    // Webhooks and deliveries of a test do not reach the next one.
    await database.pool.query('update webhooks set is_active = false');
    await database.pool.query(
      `update webhook_deliveries set status = 'canceled', finished_at = now() where finished_at is null`,
    );
  });
  const send: WebhookHouse['send'] = (path, method = 'GET', body) =>
    api.send(path, { token: house.admin.token, method, ...(body === undefined ? {} : { body }) });
  const delivery: WebhookHouse['delivery'] = async (webhookId, id) =>
    (await send(`${PATH}/${webhookId}/deliveries/${id}`)).body;
  return extended(house, {
    send,
    delivery,
    async receiver(answer?: AnswerWebhook) {
      const receiver = await startReceiver(answer);
      open.push(receiver);
      return receiver;
    },
    async webhook(url: string, more: Record<string, unknown> = {}) {
      const made = await send(PATH, 'POST', { url, events: ['*'], ...more });
      expect(made.status).toBe(201);
      return { id: String(made.body['id']), secret: String(made.body['secret']) };
    },
    async test(webhookId: string) {
      const answer = await send(`${PATH}/${webhookId}/test`, 'POST');
      expect(answer.status).toBe(202);
      return String(answer.body['deliveryId']);
    },
    until: (webhookId: string, deliveryId: string, status: string) =>
      waitUntil(
        async () => {
          const found = await delivery(webhookId, deliveryId);
          return found['status'] === status && found;
        },
        { what: `${deliveryId} to be ${status}` },
      ),
    working<Result>(work: () => Promise<Result>, options: HouseOptions = {}) {
      const policy = { ...fastPolicy, ...options.webhooks?.policy };
      const webhooks = testWebhooks({ ...options.webhooks, policy });
      return working(() => withWaker(database, temporal, work), { ...options, webhooks });
    },
  });
}

async function withWaker<Result>(
  database: TestDatabase,
  temporal: TestTemporal,
  work: () => Promise<Result>,
): Promise<Result> {
  const logger = createLogger({ level: 'silent', service: 'test' });
  const announcements = new Announcements({
    createClient: () => createListenerClient(database.url, 'test-waker'),
    logger,
  });
  const deps = { pool: database.pool, wakeWebhook: createWebhookWake(temporal.client) };
  const waker = startWebhookWaker(announcements, deps, logger);
  announcements.start();
  try {
    return await work();
  } finally {
    await waker.stop();
    await announcements.stop();
  }
}
