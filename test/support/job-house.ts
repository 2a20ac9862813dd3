import { useApi, type TestApi, type TestUser } from './api.js';
import { useDatabase, type TestDatabase } from './servers/database.js';
import type { HttpAnswer } from './http.js';
import { withWorker, type SpineOptions } from './spine.js';
import { useTemporal, type TestTemporal } from './servers/temporal.js';
import { usePeople } from './people.js';
import { waitUntil } from './wait-until.js';

/** An API with a database and a Temporal namespace of its own, and people. Its worker runs only on demand. */
export interface JobHouse {
  readonly api: TestApi;
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
  readonly ana: TestUser;
  readonly bob: TestUser;
  readonly admin: TestUser;
  /** Asks for a report, as Ana unless somebody else is named, and gives the job's id. */
  post(body?: unknown, user?: TestUser): Promise<string>;
  /** Waits until the job has ended and gives the last answer about it. */
  ended(id: string): Promise<HttpAnswer>;
  working<Result>(work: () => Promise<Result>, options?: SpineOptions): Promise<Result>;
}

export function useJobHouse(): JobHouse {
  const database = useDatabase();
  const temporal = useTemporal();
  const api = useApi({
    database: {
      get url() {
        return database.url;
      },
    },
    temporal,
    env: { RESULT_INLINE_MAX_BYTES: '2000', TEMPORAL_UI_URL: 'http://localhost:8233' },
  });
  const person = usePeople(database, { ana: 'ANALYST', bob: 'ANALYST', admin: 'ADMIN' });
  return {
    api,
    database,
    temporal,
    get ana() {
      return person('ana');
    },
    get bob() {
      return person('bob');
    },
    get admin() {
      return person('admin');
    },
    async post(body, user = person('ana')) {
      const answer = await api.send('/generate-report', { token: user.token, method: 'POST', body });
      expect(answer.status).toBe(202);
      return String(answer.body['jobId']);
    },
    ended: (id) =>
      waitUntil(
        async () => {
          const answer = await api.send(`/jobs/${id}`, { token: person('admin').token });
          return answer.status === 200 && answer;
        },
        { what: `${id} ends` },
      ),
    working: (work, options = {}) => withWorker(database, temporal, options, work),
  };
}
