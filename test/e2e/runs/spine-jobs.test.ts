import { createHash } from 'node:crypto';
import { listEventsAfter } from '../../../src/db/runs/event-reads.js';
import { findStored } from '../../../src/db/runs/runs.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { startApi } from '../../support/api.js';
import { useJobHouse } from '../../support/houses/job-house.js';
import { openTcpGate } from '../../support/servers/tcp-gate.js';
import { createHold } from '../../support/hold.js';
import { createApiUser } from '../../support/people.js';

const house = useJobHouse();
const { api, database, temporal, post, ended, working } = house;
const as = ({ token }: { token: string }) => ({ token });

test('a report is accepted without a body, can be asked for while it waits, and is downloaded when it is done', async () => {
  const accepted = await api.send('/generate-report', { ...as(house.ana), method: 'POST' });
  const id = String(accepted.body['jobId']);
  expect(accepted.status).toBe(202);
  expect(accepted.body).toEqual({ jobId: id, statusUrl: `/jobs/${id}` });
  expect(accepted.headers).toMatchObject({ location: `/jobs/${id}`, 'retry-after': '3' });

  const running = await api.send(`/jobs/${id}`, as(house.ana));
  expect([running.status, running.headers['retry-after']]).toEqual([202, '3']);
  expect(running.body).toMatchObject({
    jobId: id,
    status: 'running',
    state: 'PENDING',
    progress: { percent: 0 },
  });
  const early = await api.send(`/jobs/${id}/result`, as(house.ana));
  expect([early.status, early.body['code'], early.body['detail']]).toEqual([
    409,
    'job_not_finished',
    'job not finished',
  ]);

  await working(() => ended(id));
  const done = await api.send(`/jobs/${id}`, as(house.ana));
  const { result } = done.body as { result: { contentType: string; bytes: number; sha256: string } };
  expect(done.body).toMatchObject({ status: 'success', state: 'SUCCESS', downloadUrl: `/jobs/${id}/result` });
  expect(done.headers['retry-after']).toBeUndefined();
  const links = done.body['links'] as Record<string, string>;
  expect(links['temporal']).toBe(
    `http://localhost:8233/namespaces/${temporal.namespace}/workflows/report%3A${id}`,
  );

  const redirect = await api.send(`/jobs/${id}/result`, as(house.ana));
  expect(redirect.status).toBe(303);
  const file = await api.send(String(redirect.headers.location));
  expect(file.status).toBe(200);
  expect(file.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(createHash('sha256').update(file.text).digest('hex')).toBe(result.sha256);
});

test('a job is read with one statement, and an unchanged one is not sent again', async () => {
  const id = await post();
  const first = await api.send(`/jobs/${id}`, as(house.ana));
  expect(first.headers['server-timing']).toMatch(/db;dur=[\d.]+;desc="1 quer/);
  const again = await api.send(`/jobs/${id}`, {
    ...as(house.ana),
    headers: { 'If-None-Match': String(first.headers.etag) },
  });
  expect(first.headers.etag).toBeDefined();
  expect([again.status, again.text]).toEqual([304, '']);
});

test.each([
  [{ format: 'docx' }, /"html"\|"pdf"\|"md"\|"json"\|"csv"/],
  [{ type: 'weather' }, /"activity", "cot-session", "sql" or "audit"/],
  [{ type: 'sql' }, /queries/],
  [{ type: 'cot-session' }, /sessionId/],
  [{ sessionId: 'ses_00000000000000000000000000' }, /sessionId/],
  [{ type: 'audit', params: { hours: 1 } }, /hours/],
  [{ params: { hours: 0 } }, />=1/],
  [{ colour: 'red' }, /colour/],
])('%j is refused with what is allowed', async (body, allowed) => {
  const answer = await api.send('/generate-report', { ...as(house.ana), method: 'POST', body });
  expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
  expect(answer.text.replaceAll('\\"', '"')).toMatch(allowed);
});

test("somebody else's job is not there, whatever is asked of it; an administrator's eyes see it", async () => {
  const id = await post();
  for (const [method, path] of [
    ['GET', `/jobs/${id}`],
    ['GET', `/jobs/${id}/result`],
    ['DELETE', `/jobs/${id}`],
    ['GET', `/jobs/${id}/events`],
  ] as const) {
    expect([path, (await api.send(path, { ...as(house.bob), method })).status]).toEqual([path, 404]);
  }
  expect((await api.send(`/jobs/${id}`, as(house.admin))).status).toBe(202);
  expect((await api.send('/jobs/job_nothing', as(house.ana))).status).toBe(404);
});

test('a job that is canceled before it began ends at once, without Temporal; a second cancel comes too late', async () => {
  const id = await post();
  const canceled = await api.send(`/jobs/${id}`, { ...as(house.ana), method: 'DELETE' });
  expect([canceled.status, canceled.body['state']]).toEqual([202, 'CANCELED']);
  expect(canceled.headers).toMatchObject({ location: `/jobs/${id}`, 'retry-after': '3' });
  expect(canceled.body['startedAt']).toBeNull();
  expect((await api.send(`/jobs/${id}`, as(house.ana))).body).toMatchObject({
    status: 'canceled',
    state: 'CANCELED',
  });
  const again = await api.send(`/jobs/${id}`, { ...as(house.ana), method: 'DELETE' });
  expect([again.status, again.body['code']]).toEqual([409, 'already_finished']);
  const result = await api.send(`/jobs/${id}/result`, as(house.ana));
  expect([result.status, result.body['code']]).toEqual([409, 'job_canceled']);
  await working(async () => {
    await createRunControl(temporal.client).launch({
      ...(await stored(id)),
      title: '',
    });
    await temporal.client.workflow
      .getHandle(`report:${id}`)
      .result()
      .catch(() => undefined);
  });
  const events = await listEventsAfter(database.pool, id, { after: 0, limit: 10 });
  expect(events.map((event) => event.type)).toEqual(['job.canceled']);
});

async function stored(id: string) {
  const run = await findStored(database.pool, id);
  if (run === undefined) throw new Error('the run is gone');
  return run;
}

test('a job that runs is canceled through its workflow, and says so at last', async () => {
  const { pass, reached, release } = createHold('the step runs');
  const gather = async (): Promise<never> => {
    await pass();
    throw new Error('too late');
  };
  const id = await post();
  await working(
    async () => {
      await reached();
      const asked = await api.send(`/jobs/${id}`, { ...as(house.ana), method: 'DELETE' });
      expect([asked.status, asked.body['cancelRequested']]).toEqual([202, true]);
      expect((await ended(id)).body).toMatchObject({ status: 'canceled' });
      release();
    },
    { gather },
  );
  expect((await api.send(`/jobs/${id}`, as(house.ana))).body['state']).toBe('CANCELED');
});

test('fifty requests at once with one key make one job', async () => {
  const request = {
    ...as(house.ana),
    method: 'POST',
    body: { title: 'once' },
    headers: { 'Idempotency-Key': 'fifty' },
  };
  const answers = await Promise.all(Array.from({ length: 50 }, () => api.send('/generate-report', request)));
  const ids = answers.filter((answer) => answer.status === 202).map((answer) => answer.body['jobId']);
  expect(new Set(ids).size).toBe(1);
  expect(
    answers.every((answer) => answer.status === 202 || answer.body['code'] === 'idempotency_in_progress'),
  ).toBe(true);
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from runs where title = 'once'`,
  );
  expect(rows[0]?.count).toBe(1);
});

test('the list has filters in the words of the answers, and pages that neither repeat nor skip', async () => {
  const owner = await createApiUser(database);
  const ids = await Promise.all(Array.from({ length: 5 }, () => post(undefined, owner)));
  await api.send(`/jobs/${ids[0]}`, { ...as(owner), method: 'DELETE' });
  const list = async (query: string) =>
    (await api.send(`/jobs?${query}`, as(owner))).body as unknown as JobPage;
  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const page = await list(`limit=2${cursor}`);
    seen.push(...page.items.map((job) => job.jobId));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${page.nextCursor}`;
  }
  expect(seen.sort()).toEqual([...ids].sort());
  expect((await list('status=canceled')).items.map((job) => job.jobId)).toEqual([ids[0]]);
  expect((await list('status=running')).items).toHaveLength(4);
  expect((await list('status=PENDING&kind=report')).items).toHaveLength(4);
  expect((await list('createdTo=2020-01-01T00:00:00Z')).items).toEqual([]);
  expect((await api.send('/jobs?status=odd', as(owner))).status).toBe(400);
});

interface JobPage {
  items: { jobId: string }[];
  nextCursor: string | null;
}

test('what used up its retries is a dead letter that an administrator reads and runs again as a new job', async () => {
  const gather = (): Promise<never> => Promise.reject(new Error('the disk at /var is full'));
  const failed = await post({ title: 'doomed' });
  await working(() => ended(failed), { gather });
  const job = await api.send(`/jobs/${failed}`, as(house.ana));
  expect(job.body).toMatchObject({ status: 'failed', state: 'FAILED', errorCode: 'step_failed' });
  expect(job.text).not.toContain('/var');
  expect((await api.send(`/jobs/${failed}/result`, as(house.ana))).body['code']).toBe('job_failed');

  expect((await api.send('/api/v1/dead-letters', as(house.ana))).status).toBe(403);
  const { items } = (await api.send('/api/v1/dead-letters', as(house.admin))).body as {
    items: Record<string, unknown>[];
  };
  const letter = items.find((item) => item['jobId'] === failed);
  expect(letter).toMatchObject({ kind: 'report', title: 'doomed', replayedAs: null });
  const errors = letter?.['errors'] as { step: string; try: number; message: string }[];
  expect(errors.filter(({ step }) => step === 'section:runs')).toEqual(
    [1, 2, 3].map((attempt) =>
      expect.objectContaining({ try: attempt, message: 'the disk at /var is full' }),
    ),
  );

  const replayed = await api.send(`/api/v1/dead-letters/${String(letter?.['id'])}/replay`, {
    ...as(house.admin),
    method: 'POST',
  });
  expect(replayed.status).toBe(202);
  const id = String(replayed.body['jobId']);
  await working(() => ended(id));
  const again = await api.send(`/jobs/${id}`, as(house.ana));
  expect(again.body).toMatchObject({ status: 'success', origin: { jobId: failed, relation: 'replay' } });
  const audited = await database.pool.query('select action from audit_logs where resource_id = $1', [id]);
  expect(audited.rows).toEqual([{ action: 'replayed' }]);
});

test('a job that is accepted while Temporal is away runs once when it is back', async () => {
  const gate = await openTcpGate(temporal.address);
  await gate.close();
  const env = { TEMPORAL_ADDRESS: gate.address, TEMPORAL_NAMESPACE: temporal.namespace };
  const cutOff = await startApi({ database, env });
  try {
    const accepted = await cutOff.send('/generate-report', { ...as(house.ana), method: 'POST' });
    expect(accepted.status).toBe(202);
    const id = String(accepted.body['jobId']);
    expect((await cutOff.send(`/jobs/${id}`, as(house.ana))).status).toBe(202);
    await gate.open();
    await working(async () => {
      await temporal.client.workflow.execute('sweepUnstartedRuns', {
        taskQueue: 'flow',
        workflowId: 'sweep-after-outage',
      });
      await ended(id);
    });
    const events = await listEventsAfter(database.pool, id, { after: 0, limit: 10 });
    expect(events.filter((event) => event.type === 'job.completed')).toHaveLength(1);
  } finally {
    await cutOff.close();
    await gate.close();
  }
});
