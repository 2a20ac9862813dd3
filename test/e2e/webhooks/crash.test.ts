import { wakeWebhooks } from '../../../src/activities/webhooks/wake.js';
import { createWebhookWake } from '../../../src/platform/webhook-wake.js';
import { waitUntil } from '../../support/wait-until.js';
import { useWebhookHouse } from '../../support/houses/webhook-house.js';
import { answerWith, hang, verify } from '../../support/webhooks/receiver.js';
import {
  compileWorker,
  reaching,
  type WorkerPrograms,
  type WorkerProcess,
} from '../../support/workers/worker-process.js';

const house = useWebhookHouse();
const { database, temporal } = house;
let workers: WorkerPrograms;
beforeAll(async () => {
  workers = await compileWorker('test/e2e/webhooks/worker.ts');
});
afterAll(() => workers.dispose());

const start = (): WorkerProcess =>
  workers.start({
    ...reaching(house),
  });

test('a worker that is killed between a request and its record sends the message again under the same id', async () => {
  const receiver = await house.receiver(hang);
  const { id, secret } = await house.webhook(receiver.url);
  const deliveryId = await house.test(id);
  const doomed = start();
  await wakeWebhooks({ pool: database.pool, wakeWebhook: createWebhookWake(temporal.client) });
  await waitUntil(() => Promise.resolve(receiver.received.length === 1), { what: 'the first request' });
  await doomed.kill('SIGKILL');
  receiver.answer = answerWith(204);
  const next = start();
  const done = await house.until(id, deliveryId, 'delivered');
  expect(done['log']).toMatchObject([
    { attempt: 1, error: 'interrupted', statusCode: null },
    { attempt: 2, error: null, statusCode: 204 },
  ]);
  expect(receiver.received.map((each) => each.id)).toEqual([deliveryId, deliveryId]);
  for (const each of receiver.received) verify(secret, each);
  await next.kill('SIGTERM');
});

test('a worker that is asked to stop ends its request first, and nothing is sent twice', async () => {
  const receiver = await house.receiver(hang);
  const { id } = await house.webhook(receiver.url);
  const deliveryId = await house.test(id);
  const worker = start();
  let finish = (): void => undefined;
  receiver.answer = (response) => {
    finish = () => void response.writeHead(204).end();
  };
  await wakeWebhooks({ pool: database.pool, wakeWebhook: createWebhookWake(temporal.client) });
  await waitUntil(() => Promise.resolve(receiver.received.length === 1), { what: 'the request' });
  const stopped = worker.kill('SIGTERM');
  finish();
  expect(await stopped).toBe(0);
  const next = start();
  expect(await house.until(id, deliveryId, 'delivered')).toMatchObject({ attempts: 1 });
  expect(receiver.received).toHaveLength(1);
  await next.kill('SIGTERM');
});
