import type { DeadlineRunResult } from '../../../src/contracts/notifications/deadline-run.js';
import type { SendPolicy } from '../../../src/domain/notifications/send-policy.js';
import { createApiUser, useApi, type TestApi, type TestUser } from '../api.js';
import type { HttpAnswer } from '../http.js';
import { useDatabase, type TestDatabase } from '../servers/database.js';
import { useTemporal, type TestTemporal } from '../servers/temporal.js';
import { withWorker, type SpineOptions } from '../spine.js';
import { waitUntil } from '../wait-until.js';
import { testSenders } from './parts.js';
import { startPushService, type PushService } from './push-service.js';
import { startSmtp, type TestSmtp } from './smtp-server.js';

/** 2026-03-10 at noon in Tokyo. */
export const AS_OF = '2026-03-10T03:00:00Z';

export interface NotificationHouse {
  readonly api: TestApi;
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly smtp: TestSmtp;
  readonly push: PushService;
  readonly admin: TestUser;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<HttpAnswer>;
  /** Starts a run and gives the job's id. */
  start(body?: object): Promise<string>;
  ended(jobId: string): Promise<HttpAnswer>;
  result(jobId: string): Promise<DeadlineRunResult>;
  /** Starts a run, waits for its end and gives its result. */
  run(body?: object): Promise<DeadlineRunResult>;
  working<Result>(work: () => Promise<Result>, options?: HouseOptions): Promise<Result>;
}

export interface HouseOptions extends SpineOptions {
  readonly emails?: number;
  readonly sending?: Partial<SendPolicy>;
  /** The time limit of a mail. */
  readonly mailMs?: number;
  /** The database as the worker reaches it, when that is another way than the test's. */
  readonly reached?: Pick<TestDatabase, 'url' | 'pool'>;
}

/** An API, a mail server, a push service, and workers that run only when they are asked to. Each test begins empty. */
export function useNotificationHouse(): NotificationHouse {
  const database = useDatabase();
  const temporal = useTemporal();
  const api = useApi({
    database: {
      get url() {
        return database.url;
      },
    },
    temporal,
    env: { PUBLIC_URL: 'https://sluice.test' },
  });
  const outside: { smtp?: TestSmtp; push?: PushService; admin?: TestUser } = {};
  beforeAll(async () => {
    outside.admin = await createApiUser(database, 'ADMIN');
  });
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
      token: present(outside.admin).token,
      ...(body === undefined ? {} : { body }),
    });
  const house: NotificationHouse = {
    api,
    database,
    temporal,
    get smtp() {
      return present(outside.smtp);
    },
    get push() {
      return present(outside.push);
    },
    get admin() {
      return present(outside.admin);
    },
    ask,
    async start(body = {}) {
      const answer = await ask('POST', '/api/v1/notifications/deadline-runs', { as_of: AS_OF, ...body });
      expect([answer.status, answer.text.slice(0, 300)]).toEqual([202, expect.anything()]);
      return String(answer.body['jobId']);
    },
    ended: (jobId) =>
      waitUntil(
        async () => {
          const answer = await ask('GET', `/jobs/${jobId}`);
          return answer.status === 200 && answer;
        },
        { what: `${jobId} ends`, timeoutMs: 50_000 },
      ),
    async result(jobId) {
      let answer = await ask('GET', `/jobs/${jobId}/result`);
      if (answer.status === 303) answer = await ask('GET', String(answer.headers.location));
      expect(answer.status).toBe(200);
      return JSON.parse(answer.text) as DeadlineRunResult;
    },
    async run(body = {}) {
      const id = await house.start(body);
      const job = await house.ended(id);
      expect([job.body['status'], job.body['error']]).toEqual(['success', undefined]);
      return house.result(id);
    },
    async working(work, { emails, sending, mailMs, reached = database, ...options } = {}) {
      const senders = testSenders(reached, house.smtp.url, {
        ...(mailMs === undefined ? {} : { mailMs }),
        ...(emails === undefined ? {} : { emails }),
        ...(sending === undefined ? {} : { policy: sending }),
      });
      const spine = { queues: ['flow', 'notify'] as const, ...options, notifications: senders.parts };
      try {
        return await withWorker(reached, temporal, spine, work);
      } finally {
        senders.close();
      }
    },
  };
  return house;
}
