import type { HttpAnswer } from '../http.js';
import { waitUntil } from '../wait-until.js';
import type { TestWorkerOptions } from '../workers/worker.js';
import { extended, useSluice, type Sluice } from './sluice.js';
import type { TestUser } from '../people.js';

type Body = Readonly<Record<string, unknown>>;

/** A shop, an API and a worker that run as long as the tests, and people who ask. */
export type SqlHouse = Sluice<'ana' | 'bob' | 'admin'> & {
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
};

export interface SqlHouseOptions extends TestWorkerOptions {
  readonly env?: Record<string, string>;
}

const base = '/api/v1/sql/cache';

export function useSqlHouse(options: SqlHouseOptions = {}): SqlHouse {
  const house = useSluice({
    queues: ['flow', 'sql'],
    ...options,
    people: { ana: 'ANALYST', bob: 'ANALYST', admin: 'ADMIN' },
    hasShop: true,
    keepsWorking: true,
  });
  const { api, shop } = house;
  const post = (path: string, body: Body, { token } = house.ana) =>
    api.send(`${base}/${path}`, { method: 'POST', token, body });
  const status = async (id: string, { token } = house.ana): Promise<Body> =>
    (await api.send(`${base}/status/${id}`, { token })).body;
  return extended(house, {
    status,
    execute: (body: Body, user?: TestUser) => post('execute', body, user),
    executeAsync: (body: Body, user?: TestUser) => post('execute-async', body, user),
    async begin(body: Body, user?: TestUser) {
      const answer = await post('execute-async', body, user);
      expect([answer.status, answer.body['code']]).toEqual([202, undefined]);
      return String(answer.body['session_id']);
    },
    results: (id: string, query = '', { token } = house.ana) =>
      api.send(`${base}/results/${id}${query}`, { token }),
    cancel: (id: string, { token } = house.ana) =>
      api.send(`${base}/cancel/${id}`, { method: 'POST', token }),
    ended: (id: string, user?: TestUser) =>
      waitUntil(
        async () => {
          const now = await status(id, user);
          return now['is_complete'] === true && now;
        },
        { what: `${id} ends` },
      ),
    async backendsOf(id: string) {
      const { rows } = await shop.pool.query<{ count: number }>(
        `select count(*) from pg_stat_activity where application_name = $1 and state <> 'idle'`,
        [`sluice ${id}`],
      );
      return rows[0]?.count ?? 0;
    },
  });
}
