import { createECDH, randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { DeadlineRunResult } from '../../../src/contracts/notifications/deadline-run.js';
import { newId } from '../../../src/contracts/ids.js';
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
const DUE_IN_7 = '2026-03-17';

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
    async working(work, { emails, sending, ...options } = {}) {
      const senders = testSenders(database, house.smtp.url, {
        ...(emails === undefined ? {} : { emails }),
        ...(sending === undefined ? {} : { policy: sending }),
      });
      const spine = { queues: ['flow', 'notify'] as const, ...options, notifications: senders.parts };
      try {
        return await withWorker(database, temporal, spine, work);
      } finally {
        senders.close();
      }
    },
  };
  return house;
}

export interface Seeded {
  readonly officeIds: readonly string[];
}

export interface SeedOptions {
  readonly offices: number;
  readonly staff: number;
  /** Devices of each, at this push service. */
  readonly pushUrl?: string;
  readonly deadlines?: readonly string[];
}

/** Offices with staff `s<office>-<n>@example.test`, all with one deadline in seven days unless told otherwise. */
export async function seedOffices(pool: pg.Pool, options: SeedOptions): Promise<Seeded> {
  const { offices, staff, pushUrl, deadlines = [DUE_IN_7] } = options;
  const officeIds = Array.from({ length: offices }, (_, index) => newId('office', Date.now() + index));
  await pool.query(
    `insert into offices (id, name, time_zone) select id, 'Office ' || place, 'Asia/Tokyo'
       from unnest($1::text[]) with ordinality as given (id, place)`,
    [officeIds],
  );
  const people = officeIds.flatMap((officeId, office) =>
    Array.from({ length: staff }, (_, n) => ({
      id: newId('staff'),
      officeId,
      email: `s${office + 1}-${n + 1}@example.test`,
    })),
  );
  await pool.query(
    `insert into staff (id, office_id, name, email)
     select * from unnest($1::text[], $2::text[], $3::text[], $3::text[])`,
    [people.map((p) => p.id), people.map((p) => p.officeId), people.map((p) => p.email)],
  );
  for (const [index, due] of deadlines.entries()) {
    await pool.query(
      `insert into deadlines (id, office_id, title, due_on)
       select id, office_id, $3, $4 from unnest($1::text[], $2::text[]) as given (id, office_id)`,
      [officeIds.map(() => newId('deadline')), officeIds, `Deadline ${index + 1}`, due],
    );
  }
  if (pushUrl !== undefined)
    await seedDevices(
      pool,
      people.map((p) => p.id),
      pushUrl,
    );
  return { officeIds };
}

export async function seedDevices(
  pool: pg.Pool,
  staffIds: readonly string[],
  pushUrl: string,
): Promise<void> {
  const pair = createECDH('prime256v1');
  const p256dh = pair.generateKeys('base64url');
  const auth = randomBytes(16).toString('base64url');
  await pool.query(
    `insert into push_subscriptions (id, staff_id, endpoint, p256dh, auth)
     select id, staff_id, $3 || '/' || staff_id, $4, $5 from unnest($1::text[], $2::text[]) as given (id, staff_id)`,
    [staffIds.map(() => newId('pushSubscription')), [...staffIds], pushUrl, p256dh, auth],
  );
}
