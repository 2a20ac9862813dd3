import type { HttpAnswer } from '../http.js';
import { waitUntil } from '../wait-until.js';
import { extended, useSluice, type Sluice } from './sluice.js';
import type { TestUser } from '../people.js';

/** An API and people who ask for reports. Its worker runs only on demand. */
export type JobHouse = Sluice<'ana' | 'bob' | 'admin'> & {
  /** Asks for a report, as Ana unless somebody else is named, and gives the job's id. */
  post(body?: unknown, user?: TestUser): Promise<string>;
  /** Waits until the job has ended and gives the last answer about it. */
  ended(id: string): Promise<HttpAnswer>;
};

export function useJobHouse(): JobHouse {
  const house = useSluice({
    people: { ana: 'ANALYST', bob: 'ANALYST', admin: 'ADMIN' },
    env: { RESULT_INLINE_MAX_BYTES: '2000', TEMPORAL_UI_URL: 'http://localhost:8233' },
  });
  const { api } = house;
  return extended(house, {
    async post(body?: unknown, user = house.ana) {
      const answer = await api.send('/generate-report', { token: user.token, method: 'POST', body });
      expect(answer.status).toBe(202);
      return String(answer.body['jobId']);
    },
    ended: (id: string) =>
      waitUntil(
        async () => {
          const answer = await api.send(`/jobs/${id}`, { token: house.admin.token });
          return answer.status === 200 && answer;
        },
        { what: `${id} ends` },
      ),
  });
}
