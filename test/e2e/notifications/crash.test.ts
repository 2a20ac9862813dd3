import { useNotificationHouse } from '../../support/houses/notification-house.js';
import { seedOffices } from '../../support/notifications/seed.js';
import {
  compileWorker,
  reaching,
  type WorkerPrograms,
  type WorkerProcess,
} from '../../support/workers/worker-process.js';
import { waitUntil } from '../../support/wait-until.js';

const house = useNotificationHouse();
let workers: WorkerPrograms;
beforeAll(async () => {
  workers = await compileWorker('test/e2e/notifications/worker.ts');
});
afterAll(() => workers.dispose());

const start = (): WorkerProcess =>
  workers.start({
    ...reaching(house),
    SMTP_URL: house.smtp.url,
  });
const ready = (worker: WorkerProcess): Promise<unknown> =>
  waitUntil(() => Promise.resolve(worker.said.includes('ready')), { what: 'the worker is ready' });
const mailed = (count: number): Promise<unknown> =>
  waitUntil(() => Promise.resolve(house.smtp.mails.length >= count), { what: `${count} mails` });
const unknown = async (): Promise<string[]> => {
  const { rows } = await house.database.pool.query<{ email: string }>(
    `select email from notification_deliveries deliveries join staff on staff.id = staff_id where status = 'unknown'`,
  );
  return rows.map((row) => row.email);
};

test('a worker that is killed in the middle of a run: no mail twice, none missing, and what nobody knows is named', async () => {
  await seedOffices(house.database.pool, { offices: 12, staff: 5 });
  house.smtp.latencyMs = 60;
  const doomed = start();
  await ready(doomed);
  const id = await house.start();
  await mailed(12);
  await doomed.kill('SIGKILL');
  const next = start();
  await house.ended(id);
  const result = await house.result(id);
  const lost = await unknown();
  const arrived = house.smtp.mails.map((mail) => mail.to);
  expect(new Set(arrived).size).toBe(arrived.length);
  // Everybody has their mail, or is one of the few whose mail was under way at that moment.
  expect(new Set([...arrived, ...lost]).size).toBe(60);
  expect(lost.length).toBeLessThanOrEqual(5);
  expect(result).toMatchObject({ unknown: lost.length, email_sent: 60 - lost.length, offices_failed: [] });
  await next.kill('SIGTERM');
}, 90_000);

test('two workers share the places at the mail server and the offices', async () => {
  await seedOffices(house.database.pool, { offices: 16, staff: 4 });
  house.smtp.latencyMs = 40;
  const both = [start(), start()];
  await Promise.all(both.map(ready));
  const result = await house.run();
  expect(result).toMatchObject({ email_sent: 64, unknown: 0, offices_processed: 16 });
  expect(house.smtp.mails).toHaveLength(64);
  expect(house.smtp.mostAtOnce).toBeLessThanOrEqual(5);
  expect(house.smtp.connections).toBeGreaterThan(5);
  await Promise.all(both.map((worker) => worker.kill('SIGTERM')));
}, 90_000);
