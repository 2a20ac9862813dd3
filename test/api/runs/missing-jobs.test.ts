import { newId } from '../../../src/contracts/ids.js';
import { useApi } from '../../support/api.js';
import { createApiUser, givenUser } from '../../support/people.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const api = useApi({ database });

test('a job that is unknown, misnamed or of somebody else is not found, in the same words by every route', async () => {
  const { token } = await createApiUser(database);
  const foreign = await givenRun(database.pool, await givenUser(database.pool));
  const routes = [
    ['GET', ''],
    ['DELETE', ''],
    ['GET', '/result'],
    ['GET', '/events'],
    ['POST', '/redo-sections'],
  ] as const;
  for (const id of [
    newId('job'),
    foreign.id,
    'job_x',
    '7c0f6a8e-0000-4000-8000-000000000000',
    'x'.repeat(300),
  ]) {
    for (const [method, path] of routes) {
      const { status, body } = await api.send(`/jobs/${id}${path}`, { method, token });
      expect([method, path, status, body['detail']]).toEqual([method, path, 404, 'job not found']);
    }
  }
});
