import { newId } from '../../../src/contracts/ids.js';
import { workflowIdOf } from '../../../src/contracts/names.js';
import { insertRun } from '../../../src/db/runs/runs.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
let owner: TestUser;
let other: TestUser;
let admin: TestUser;
beforeAll(async () => {
  owner = await createApiUser(database);
  other = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});

interface Group {
  readonly fingerprint: string;
  readonly kind: string;
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly samples: readonly { readonly id: string; readonly href: string }[];
}

async function failedJob(
  user: TestUser,
  code: string,
  message: string,
): Promise<{ job: string; letter: string }> {
  const job = newId('job');
  await insertRun(database.pool, {
    id: job,
    kind: 'report',
    ownerId: user.id,
    title: 'a report',
    input: { type: 'activity', format: 'html', params: {} },
    workflowInput: {},
    progress: {},
    workflowId: workflowIdOf('report', job),
    workflowType: 'generateReport',
    taskQueue: 'flow',
    tags: [],
  });
  await database.pool.query(
    `update runs set status = 'failed', finished_at = now(), error = $2 where id = $1`,
    [job, { code, message }],
  );
  const letter = newId('deadLetter');
  await database.pool.query(
    `insert into dead_letters (id, run_id, kind, input, errors) values ($1, $2, 'report', '{}', $3)`,
    [
      letter,
      job,
      JSON.stringify([{ step: 'write', try: 1, type: 'Error', message: '/secret/path', at: '' }]),
    ],
  );
  return { job, letter };
}

async function groupsOf(user: TestUser, query = ''): Promise<Group[]> {
  const { body } = await api.send(`/api/v1/failures${query}`, { token: user.token });
  return body['items'] as Group[];
}

const retry = (user: TestUser, fingerprint: string, body: object = {}) =>
  api.send(`/api/v1/failures/${fingerprint}/retry`, { method: 'POST', token: user.token, body });

test('failures that differ only in numbers and ids are one group, the largest first', async () => {
  const person = await createApiUser(database);
  const first = await failedJob(person, 'store_full', 'no room for 120 MB in bucket-7');
  const second = await failedJob(person, 'store_full', 'no room for 80 MB in bucket-9');
  await failedJob(person, 'store_full', 'the store does not answer');
  const groups = (await groupsOf(person)).filter(({ code }) => code === 'store_full');
  expect(groups).toMatchObject([
    { kind: 'job', subject: 'report', count: 2, message: 'no room for 80 MB in bucket-9' },
    { kind: 'job', subject: 'report', count: 1, message: 'the store does not answer' },
  ]);
  expect(groups[0]?.samples.map(({ href }) => href)).toEqual([`/jobs/${second.job}`, `/jobs/${first.job}`]);
  expect((await groupsOf(person, '?kind=step')).filter(({ code }) => code === 'store_full')).toEqual([]);
  const all = await api.send('/api/v1/failures', { token: person.token });
  expect(all.text).not.toContain('/secret/path');
  expect(all.body['total']).toBe(3);
});

test('a group is tried first without effect, then done again once, each as a new job', async () => {
  const { letter } = await failedJob(owner, 'typesetter_lost', 'the typesetter 1 ended');
  const [group] = (await groupsOf(owner)).filter(({ code }) => code === 'typesetter_lost');
  const fingerprint = group!.fingerprint;
  const preview = await retry(owner, fingerprint, { dryRun: true });
  expect([preview.status, preview.body]).toMatchObject([
    200,
    { dryRun: true, matching: 1, results: [{ id: letter, status: 'would_retry' }] },
  ]);
  const done = await retry(owner, fingerprint);
  expect(done.body).toMatchObject({
    dryRun: false,
    matching: 1,
    results: [{ id: letter, status: 'retried' }],
  });
  const [{ retriedAs }] = done.body['results'] as [{ retriedAs: string }];
  const job = await api.send(`/jobs/${retriedAs}`, { token: owner.token });
  // It waits in the queue.
  expect(job.status).toBe(202);
  expect((await retry(owner, fingerprint)).status).toBe(404);
  expect((await groupsOf(owner)).filter(({ code }) => code === 'typesetter_lost')).toEqual([]);
});

test('a session whose workflow does not answer is refused in its place', async () => {
  const { SeededSession } = await import('../sessions/reads-fixture.js');
  const session = await SeededSession.create(database.pool, owner.id, { template: 'minimal' });
  await database.pool.query(
    `update sessions set state = jsonb_set(state, '{waiting}', $2) where run_id = $1`,
    [
      session.id,
      { kind: 'attention', problem: { phase: 1, step: 'THINK', code: 'model_refused', message: 'no' } },
    ],
  );
  await database.pool.query(`update runs set status = 'needs_attention' where id = $1`, [session.id]);
  const [group] = await groupsOf(owner, '?kind=step');
  expect(group).toMatchObject({
    kind: 'step',
    subject: 'minimal phase 1 THINK',
    code: 'model_refused',
    count: 1,
    samples: [{ id: session.id, href: `/api/v1/cot-sessions/${session.id}` }],
  });
  const done = await retry(owner, group!.fingerprint);
  expect(done.body['results']).toEqual([{ id: session.id, status: 'refused', code: 'workflow_unavailable' }]);
}, 60_000);

test('nobody sees or repeats what is not theirs; an administrator sees all', async () => {
  await failedJob(owner, 'a_secret', 'of the owner');
  const [group] = (await groupsOf(admin)).filter(({ code }) => code === 'a_secret');
  expect(group).toMatchObject({ count: 1 });
  expect((await groupsOf(other)).filter(({ code }) => code === 'a_secret')).toEqual([]);
  expect((await retry(other, group!.fingerprint, { dryRun: true })).status).toBe(404);
  expect((await retry(other, 'no-fingerprint')).status).toBe(404);
});
