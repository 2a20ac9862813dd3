import type { DeadlineRunResult } from '../../../src/contracts/notifications/deadline-run.js';
import type { SendPolicy } from '../../../src/domain/notifications/send-policy.js';
import type { HttpAnswer } from '../http.js';
import { testSenders } from '../notifications/parts.js';
import { startPushService, type PushService } from '../notifications/push-service.js';
import { startSmtp, type TestSmtp } from '../notifications/smtp-server.js';
import type { TestDatabase } from '../servers/database.js';
import { waitUntil } from '../wait-until.js';
import type { TestWorkerOptions } from '../workers/worker.js';
import { extended, useSluice, type Sluice } from './sluice.js';

/** 2026-03-10 at noon in Tokyo. */
export const AS_OF = '2026-03-10T03:00:00Z';

export type NotificationHouse = Omit<Sluice<'admin'>, 'working'> & {
  readonly smtp: TestSmtp;
  readonly push: PushService;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<HttpAnswer>;
  /** Starts a run and gives the job's id. */
  start(body?: object): Promise<string>;
  ended(jobId: string): Promise<HttpAnswer>;
  result(jobId: string): Promise<DeadlineRunResult>;
  /** Starts a run, waits for its end and gives its result. */
  run(body?: object): Promise<DeadlineRunResult>;
  /** Runs a worker that sends to these servers around `work`. */
  working<Result>(work: () => Promise<Result>, options?: HouseOptions): Promise<Result>;
};

export interface HouseOptions extends Omit<TestWorkerOptions, 'pool' | 'notifications'> {
  readonly emails?: number;
  readonly sending?: Partial<SendPolicy>;
  /** The time limit of a mail. */
  readonly mailMs?: number;
  /** The database as the worker reaches it, when that is another way than the test's. */
  readonly reached?: Pick<TestDatabase, 'url' | 'pool'>;
}

/** An API, a mail server, a push service, and workers that run only when they are asked to. Each test begins empty. */
export function useNotificationHouse(): NotificationHouse {
  const sluice = useSluice({
    env: { PUBLIC_URL: 'https://sluice.test' },
    people: { admin: 'ADMIN' },
    queues: ['flow', 'notify'],
  });
  const { api, database, working } = sluice;
  const outside: { smtp?: TestSmtp; push?: PushService } = {};
  beforeEach(async () => {
    outside.smtp = await startSmtp();
    outside.push = await startPushService();
    await database.pool.query('delete from offices; delete from notification_deliveries;');
  });
  afterEach(async () => {
    await outside.smtp?.close();
    await outside.push?.close();
  });
  const present = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('it is there only while tests run');
    return value;
  };
  const ask: NotificationHouse['ask'] = (method, path, body, headers = {}) =>
    api.send(path, {
      method,
      headers,
      token: sluice.admin.token,
      ...(body === undefined ? {} : { body }),
    });
  const house: NotificationHouse = extended(sluice, {
    get smtp() {
      return present(outside.smtp);
    },
    get push() {
      return present(outside.push);
    },
    ask,
    async start(body: object = {}) {
      const answer = await ask('POST', '/api/v1/notifications/deadline-runs', { as_of: AS_OF, ...body });
      expect([answer.status, answer.text.slice(0, 300)]).toEqual([202, expect.anything()]);
      return String(answer.body['jobId']);
    },
    ended: (jobId: string) =>
      waitUntil(
        async () => {
          const answer = await ask('GET', `/jobs/${jobId}`);
          return answer.status === 200 && answer;
        },
        { what: `${jobId} ends`, timeoutMs: 50_000 },
      ),
    async result(jobId: string) {
      let answer = await ask('GET', `/jobs/${jobId}/result`);
      if (answer.status === 303) answer = await ask('GET', String(answer.headers.location));
      expect(answer.status).toBe(200);
      return JSON.parse(answer.text) as DeadlineRunResult;
    },
    async run(body: object = {}) {
      const id = await house.start(body);
      const job = await house.ended(id);
      expect([job.body['status'], job.body['error']]).toEqual(['success', undefined]);
      return house.result(id);
    },
    async working<Result>(work: () => Promise<Result>, options: HouseOptions = {}) {
      const { emails, sending, mailMs, reached = database, ...worker } = options;
      const senders = testSenders(reached, house.smtp.url, {
        ...(mailMs === undefined ? {} : { mailMs }),
        ...(emails === undefined ? {} : { emails }),
        ...(sending === undefined ? {} : { policy: sending }),
      });
      const { pool } = reached;
      try {
        return await working(work, { ...worker, pool, notifications: senders.parts });
      } finally {
        senders.close();
      }
    },
  });
  return house;
}
