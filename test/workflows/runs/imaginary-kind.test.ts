import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { translationKind } from '../../../examples/own-kind/kind.js';
import type { TranslationActivities } from '../../../examples/own-kind/workflows.js';
import { callsOf } from '../../../src/cli/run-address.js';
import { createClient } from '../../../src/client/client.js';
import { runKinds } from '../../../src/contracts/run-kinds.js';
import { runRoutes } from '../../../src/contracts/runs/routes.js';
import { sessionRoutes } from '../../../src/contracts/sessions/routes.js';
import { newRunOf } from '../../../src/contracts/runs/run-identity.js';
import type { RunResult } from '../../../src/contracts/runs/run.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { insertRun } from '../../../src/db/runs/runs.js';
import { useApi } from '../../support/api.js';
import type { HttpAnswer } from '../../support/http.js';
import { useDatabase } from '../../support/servers/database.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { withWorker } from '../../support/workers/worker.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

/** All that the product needs of a new kind. */
const kinds = Object.assign({}, runKinds, {
  translation: translationKind,
} as const);

const database = useDatabase();
const temporal = useTemporal();
const api = useApi({
  temporal,
  kinds,
  database,
});

let bundle: WorkflowBundleWithSourceMap;
let ana: TestUser;
let admin: TestUser;
beforeAll(async () => {
  const workflowsPath = fileURLToPath(new URL('../../../examples/own-kind/workflows.ts', import.meta.url));
  bundle = await bundleWorkflowCode({ workflowsPath });
  ana = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});

const get = (path: string, user = ana): Promise<HttpAnswer> =>
  api.send(path, { token: user.token, headers: { Accept: 'application/json' } });
const typesOf = ({ body }: HttpAnswer): string[] =>
  (body['items'] as { type: string }[]).map(({ type }) => type);

async function start(title: string): Promise<string> {
  const identity = newRunOf('translation', kinds);
  const input = { runId: identity.id };
  const run = { ...identity, title, ownerId: ana.id, input: {}, workflowInput: input };
  await withTransaction(database.pool, async (tx) => {
    await insertRun(tx, run);
    api.deps.starter.startAfterCommit(tx, run);
  });
  return identity.id;
}

const translating = <Result>(
  translate: TranslationActivities['translate'],
  work: () => Promise<Result>,
): Promise<Result> =>
  withWorker(
    database,
    temporal,
    {
      workflowBundle: bundle,
      activities: (made) => Object.assign(made, { flow: Object.assign(made.flow, { translate }) }),
    },
    work,
  );

const ended = (id: string): Promise<HttpAnswer> =>
  waitUntil(async () => (await get(`/jobs/${id}`)).status === 200 && get(`/jobs/${id}`), { what: id });

const translated: RunResult = {
  key: 'nowhere',
  sha256: 'a'.repeat(64),
  bytes: 5,
  contentType: 'text/plain',
  filename: 'translation.txt',
};

test('a row is enough for a new kind to be started, read, followed and listed', async () => {
  const id = await start('of flying');
  expect(id).toMatch(/^trl_/);
  expect((await get(`/jobs/${id}`)).body).toMatchObject({ kind: 'translation', state: 'PENDING' });
  const done = await translating(
    () => Promise.resolve(translated),
    () => ended(id),
  );
  expect(done.body).toMatchObject({ status: 'success', result: { bytes: 5 } });
  expect(callsOf(id, kinds).events).toBe('jobEvents');
  expect(typesOf(await get(`/jobs/${id}/events`))).toEqual(['job.started', 'job.completed']);
  const listed = (await get('/jobs')).body['items'] as { jobId: string }[];
  expect(listed.map(({ jobId }) => jobId)).toContain(id);
});

test('one that is canceled in the queue ends there', async () => {
  const id = await start('of falling');
  const client = createClient({ baseUrl: api.url, token: ana.token });
  expect(await callsOf(id, kinds).cancel(client, id, undefined)).toMatchObject({ state: 'CANCELED' });
  expect(typesOf(await get(`/jobs/${id}/events`))).toEqual(['job.canceled']);
});

test('one that used up its retries is a dead letter, and its replay is of the same kind', async () => {
  const id = await start('of an exam');
  const fail = (): Promise<never> => Promise.reject(new Error('nothing is known'));
  const failed = await translating(fail, () => ended(id));
  expect(failed.body).toMatchObject({ status: 'failed', errorCode: 'step_failed' });
  const letters = (await get('/api/v1/dead-letters?kind=translation', admin)).body['items'] as {
    id: string;
    jobId: string;
  }[];
  expect(letters).toMatchObject([{ jobId: id }]);
  const replay = await api.send(`/api/v1/dead-letters/${letters[0]?.id}/replay`, {
    token: admin.token,
    method: 'POST',
  });
  expect(replay).toMatchObject({ status: 202, body: { jobId: expect.stringMatching(/^trl_/) } });
  const again = await translating(
    () => Promise.resolve(translated),
    () => ended(String(replay.body['jobId'])),
  );
  expect(again.body).toMatchObject({ status: 'success', kind: 'translation', origin: { jobId: id } });
});

test('every kind has the route of its events where it says', () => {
  const paths = new Set([runRoutes.jobEvents.path, sessionRoutes.sessionEvents.path]);
  for (const { routeBase } of Object.values(kinds)) expect(paths).toContain(`${routeBase}/:id/events`);
});

test('an id that no kind begins with is refused in words', () => {
  expect(() => callsOf('trl_1')).toThrow('"trl_1" is not the id of a run (ses_… or job_… or sql_…).');
});
