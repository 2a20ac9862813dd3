import { loadConfig } from '../../../src/platform/config.js';
import { sqlSettingsOf } from '../../../src/platform/sql/settings.js';
import { createWorker, type WorkerGroup } from '../../../src/workers/worker.js';
import { useApi, type TestApi, type TestUser } from '../api.js';
import { usePeople } from '../people.js';
import type { HttpAnswer } from '../http.js';
import { useDatabase, type TestDatabase } from '../servers/database.js';
import { useTemporal, type TestTemporal } from '../servers/temporal.js';
import { workflowBundlePath } from '../servers/workflow-bundle.js';
import { spineActivities, type SpineOptions } from '../spine.js';
import { waitUntil } from '../wait-until.js';
import { useShop, type TestShop } from './shop.js';

type Body = Readonly<Record<string, unknown>>;

/** A shop, an API and a worker that run as long as the tests, and people who ask. */
export interface SqlHouse {
  readonly api: TestApi;
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly shop: TestShop;
  readonly ana: TestUser;
  readonly bob: TestUser;
  readonly admin: TestUser;
  execute(body: Body, user?: TestUser): Promise<HttpAnswer>;
  executeAsync(body: Body, user?: TestUser): Promise<HttpAnswer>;
  /** The session of what was accepted. */
  begin(body: Body, user?: TestUser): Promise<string>;
  status(id: string, user?: TestUser): Promise<Body>;
  results(id: string, query?: string, user?: TestUser): Promise<HttpAnswer>;
  cancel(id: string, user?: TestUser): Promise<HttpAnswer>;
  /** Waits until it has ended and gives the last status. */
  ended(id: string, user?: TestUser): Promise<Body>;
  /** Statements of this session that the shop runs right now. */
  backendsOf(id: string): Promise<number>;
}

export interface SqlHouseOptions {
  readonly env?: Record<string, string>;
  readonly worker?: SpineOptions;
}

const base = '/api/v1/sql/cache';

export function useSqlHouse(options: SqlHouseOptions = {}): SqlHouse {
  let worker: { group: WorkerGroup; running: Promise<void> } | undefined;
  // Before the hooks of the servers: they run in this order, and the worker holds their connections.
  afterAll(async () => {
    worker?.group.shutdown();
    await worker?.running;
  });
  const [database, temporal, shop] = [useDatabase(), useTemporal(), useShop()];
  const env = { SQL_DATA_SOURCES: JSON.stringify([shop.source]), ...options.env };
  const api = useApi({
    database: {
      get url() {
        return database.url;
      },
    },
    temporal,
    env,
  });
  const person = usePeople(database, { ana: 'ANALYST', bob: 'ANALYST', admin: 'ADMIN' });
  beforeAll(async () => {
    const sql = sqlSettingsOf(loadConfig(env));
    const group = await createWorker({
      connection: await temporal.nativeConnection(),
      namespace: temporal.namespace,
      activities: spineActivities(database.pool, temporal.client, { sql, ...options.worker }),
      workflowBundle: { codePath: workflowBundlePath() },
      queues: options.worker?.queues ?? ['flow', 'sql'],
    });
    worker = { group, running: group.run() };
  });
  const post = (path: string, body: Body, { token } = person('ana')) =>
    api.send(`${base}/${path}`, { method: 'POST', token, body });
  const status = async (id: string, { token } = person('ana')): Promise<Body> =>
    (await api.send(`${base}/status/${id}`, { token })).body;
  return {
    api,
    database,
    temporal,
    shop,
    status,
    get ana() {
      return person('ana');
    },
    get bob() {
      return person('bob');
    },
    get admin() {
      return person('admin');
    },
    execute: (body, user) => post('execute', body, user),
    executeAsync: (body, user) => post('execute-async', body, user),
    async begin(body, user) {
      const answer = await post('execute-async', body, user);
      expect([answer.status, answer.body['code']]).toEqual([202, undefined]);
      return String(answer.body['session_id']);
    },
    results: (id, query = '', { token } = person('ana')) =>
      api.send(`${base}/results/${id}${query}`, { token }),
    cancel: (id, { token } = person('ana')) => api.send(`${base}/cancel/${id}`, { method: 'POST', token }),
    ended: (id, user) =>
      waitUntil(
        async () => {
          const now = await status(id, user);
          return now['is_complete'] === true && now;
        },
        { what: `${id} ends` },
      ),
    async backendsOf(id) {
      const { rows } = await shop.pool.query<{ count: number }>(
        `select count(*) from pg_stat_activity where application_name = $1 and state <> 'idle'`,
        [`sluice ${id}`],
      );
      return rows[0]?.count ?? 0;
    },
  };
}
