import { ScheduleNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { reportScheduleWorkflowId } from '../../src/contracts/names.js';
import type { FiringOutcome } from '../../src/contracts/report-schedule-workflow.js';
import { MOST_SCHEDULES } from '../../src/contracts/report-schedule.js';
import { createApiUser, startApi, type TestUser } from '../support/api.js';
import { useJobHouse } from '../support/job-house.js';
import { storeHistory } from '../support/store-history.js';
import { openTcpGate } from '../support/tcp-gate.js';
import { waitUntil } from '../support/wait-until.js';

const house = useJobHouse();
const { api, database, temporal, ended, working } = house;
const PATH = '/api/v1/report-schedules';
const daily = { name: 'Daily', cron: '30 7 * * *', timeZone: 'Asia/Tokyo', report: { format: 'json' } };

const ask = (method: string, path: string, user: TestUser, more: object = {}) =>
  api.send(`${PATH}${path}`, { method, token: user.token, ...more });

async function create(user: TestUser, more: object = {}): Promise<string> {
  const answer = await ask('POST', '', user, { body: { ...daily, ...more } });
  expect(answer.status).toBe(201);
  return String(answer.body['id']);
}

const handleOf = (id: string) => temporal.client.schedule.getHandle(reportScheduleWorkflowId(id));

const synced = (id: string) =>
  waitUntil(
    async () => {
      const answer = await ask('GET', `/${id}`, house.admin);
      return answer.body['sync'] === 'applied' && answer;
    },
    { what: `Temporal knows ${id}` },
  );

/** What Temporal starts when a schedule is due. */
async function due(id: string, scheduledAt = new Date().toISOString()): Promise<FiringOutcome> {
  const key = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);
  const handle = await temporal.client.workflow.start('startScheduledReport', {
    taskQueue: 'flow',
    workflowId: `${reportScheduleWorkflowId(id)}-${scheduledAt}-${Math.random()}`,
    args: [{ scheduleId: id }],
    typedSearchAttributes: [{ key, value: new Date(scheduledAt) }],
  });
  return (await handle.result()) as FiringOutcome;
}

const sweep = () =>
  temporal.client.workflow.execute('sweepUnstartedRuns', {
    taskQueue: 'flow',
    workflowId: `sweep-${Math.random()}`,
  });

const runsOf = async (id: string, user = house.ana) =>
  (await ask('GET', `/${id}/runs`, user)).body['items'] as Record<string, unknown>[];

test('a schedule is answered at once, and Temporal has it as it was asked for', async () => {
  const answer = await ask('POST', '', house.ana, { body: daily });
  expect([answer.status, answer.body['sync']]).toEqual([201, 'pending']);
  const id = String(answer.body['id']);
  expect(answer.headers.location).toBe(`${PATH}/${id}`);
  const { body } = await synced(id);
  expect(body).toMatchObject({ ...daily, report: { format: 'json', type: 'activity' }, enabled: true });
  const { info, policies, action } = await handleOf(id).describe();
  expect(body['nextRuns']).toEqual(info.nextActionTimes.slice(0, 5).map((at) => at.toISOString()));
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 });
  expect(action).toMatchObject({ workflowType: 'startScheduledReport', args: [{ scheduleId: id }] });
});

test('a change, a pause, a resume and a deletion reach Temporal, each counted as a version', async () => {
  const id = await create(house.ana);
  const first = await synced(id);
  const headers = { 'If-Match': String(first.headers.etag) };
  const changed = await ask('PATCH', `/${id}`, house.ana, { headers, body: { cron: '0 6 * * 1' } });
  expect([changed.status, changed.body['version']]).toEqual([200, 2]);
  const stale = await ask('PATCH', `/${id}`, house.ana, { headers, body: { name: 'late' } });
  expect([stale.status, stale.body['code']]).toEqual([412, 'precondition_failed']);
  await synced(id);
  expect((await handleOf(id).describe()).info.nextActionTimes[0]?.toISOString()).toBe(
    (changed.body['nextRuns'] as string[])[0],
  );

  const paused = await ask('POST', `/${id}/pause`, house.ana, { body: { reason: 'holidays' } });
  expect(paused.body).toMatchObject({ enabled: false, nextRuns: [], version: 3 });
  expect((await ask('POST', `/${id}/pause`, house.ana)).body['version']).toBe(3);
  await synced(id);
  expect((await handleOf(id).describe()).state.paused).toBe(true);
  await ask('POST', `/${id}/resume`, house.ana);
  await synced(id);
  expect((await handleOf(id).describe()).state.paused).toBe(false);

  expect((await ask('DELETE', `/${id}`, house.ana)).status).toBe(204);
  expect((await ask('GET', `/${id}`, house.ana)).status).toBe(404);
  await waitUntil(
    () =>
      handleOf(id)
        .describe()
        .then(
          () => false,
          (error) => error instanceof ScheduleNotFoundError,
        ),
    {
      what: 'Temporal has let go of it',
    },
  );
  const { rows } = await database.pool.query<{ action: string; reason: string | null }>(
    `select action, reason from audit_logs where resource_id = $1 and resource_type = 'setting' order by timestamp`,
    [id],
  );
  expect(rows.map(({ action, reason }) => [action, reason])).toEqual([
    ['created', null],
    ['changed', null],
    ['paused', 'holidays'],
    ['resumed', null],
    ['deleted', null],
  ]);
});

test.each([
  [{ cron: '0 9 * *' }, 'cron', /five fields/],
  [{ cron: '60 9 * * *' }, 'cron', /"60" is no minute \(0-59\)/],
  [{ cron: '0 9 * * fry' }, 'cron', /day of the week/],
  [{ cron: '@daily' }, 'cron', /five fields/],
  [{ cron: '0 0 30 2 *' }, 'cron', /never comes/],
  [{ timeZone: 'Mars/Olympus' }, 'timeZone', /time zone/],
  [{ timeZone: 'asia/tokyo' }, 'timeZone', /time zone/],
  [{ timeZone: '+09:00' }, 'timeZone', /time zone/],
  [{ name: '' }, 'name', /./],
  [{ report: { format: 'docx' } }, 'report.format', /html/],
  [{ report: { colour: 'red' } }, 'report.colour', /unknown field/],
  [{ report: undefined }, 'report', /./],
  [{ every: 'day' }, 'every', /unknown field/],
])('%j is refused with its path', async (wrong, path, message) => {
  const answer = await ask('POST', '', house.ana, { body: { ...daily, ...wrong } });
  expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
  expect(answer.body['errors']).toEqual([{ path, message: expect.stringMatching(message) }]);
});

test('nobody has more schedules than the most, not even by asking for many at once', async () => {
  const owner = await createApiUser(database);
  const answers = await Promise.all(
    Array.from({ length: MOST_SCHEDULES + 5 }, () =>
      ask('POST', '', owner, { body: { ...daily, enabled: false } }),
    ),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(MOST_SCHEDULES);
  expect(answers.filter(({ body }) => body['code'] === 'conflict')).toHaveLength(5);
});

test("somebody else's schedules are not there; an administrator has everybody's", async () => {
  const id = await create(house.ana, { name: 'hers' });
  const names = async (user: TestUser): Promise<unknown[]> =>
    ((await ask('GET', '?limit=100', user)).body['items'] as { name: string }[]).map(({ name }) => name);
  expect(await names(house.bob)).toEqual([]);
  expect(await names(house.ana)).toContain('hers');
  expect(await names(house.admin)).toContain('hers');
  for (const [method, path] of [
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/pause'],
    ['POST', '/trigger'],
    ['GET', '/runs'],
  ] as const) {
    const body = method === 'PATCH' ? { body: { name: 'mine' } } : {};
    expect([method, path, (await ask(method, `/${id}${path}`, house.bob, body)).status]).toEqual([
      method,
      path,
      404,
    ]);
  }
});

test('a schedule that is due makes a job of its owner, once however often the moment is told', async () => {
  const id = await create(house.ana, { report: { format: 'json', title: 'Every morning' } });
  await synced(id);
  await working(async () => {
    // As Temporal does it by itself, at a moment of its own.
    await handleOf(id).trigger('ALLOW_ALL');
    const [firing] = await waitUntil(
      async () => {
        const firings = await runsOf(id);
        return firings.length > 0 && firings;
      },
      { what: 'the schedule fires' },
    );
    expect(firing).toMatchObject({
      cause: 'schedule',
      skipped: null,
      statusUrl: `/jobs/${String(firing?.['jobId'])}`,
    });
    const jobId = String(firing?.['jobId']);
    await ended(jobId);
    const job = await api.send(`/jobs/${jobId}`, { token: house.ana.token });
    expect(job.body).toMatchObject({ status: 'success', title: 'Every morning', scheduleId: id });
    const { recentActions } = (await handleOf(id).describe()).info;
    const workflow = recentActions[0]?.action.workflow.workflowId ?? '';
    await temporal.client.workflow.getHandle(workflow).result();
    await storeHistory(temporal.client, workflow, 'startScheduledReport');
    // The moment that is told again is the one that the server gave, not the one at which the workflow ran.
    const at = String(firing?.['scheduledAt']);
    expect(workflow).toContain(at.slice(0, 19));
    const told = await Promise.all([due(id, at), due(id, at), due(id, at)]);
    expect(told).toEqual(Array(3).fill({ outcome: 'started', jobId }));
    expect(await runsOf(id)).toHaveLength(1);
  });
  const jobs = await api.send(`/jobs?scheduleId=${id}`, { token: house.ana.token });
  expect((jobs.body['items'] as unknown[]).length).toBe(1);
  expect((await api.send(`/jobs?scheduleId=${id}`, { token: house.bob.token })).body['items']).toEqual([]);
});

test('each moment that fell due has one firing, also when it is made up for and told again', async () => {
  const id = await create(house.ana, { cron: '0 0 * * *', timeZone: 'America/New_York' });
  await synced(id);
  // Two midnights, the clocks change in between.
  const moments = ['2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z'];
  const range = { start: new Date('2026-03-07T12:00:00Z'), end: new Date('2026-03-09T12:00:00Z') };
  await working(async () => {
    await handleOf(id).backfill({ ...range, overlap: 'ALLOW_ALL' });
    await waitUntil(async () => (await runsOf(id)).length === 2, { what: 'both moments have a firing' });
    await Promise.all([...moments, ...moments].map((at) => due(id, at)));
  });
  const fired = (await runsOf(id)).map(({ scheduledAt }) => new Date(String(scheduledAt)).toISOString());
  expect(fired.sort()).toEqual(moments);
});

test('what keeps a schedule from making a report is noted, and a report that has not ended is one of them', async () => {
  const owner = await createApiUser(database);
  const id = await create(owner);
  const codes = async () =>
    (await runsOf(id, house.admin)).map(
      (firing) => (firing['skipped'] as { code: string } | null)?.code ?? 'made',
    );
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await working(
    async () => {
      expect(await due(id)).toMatchObject({ outcome: 'started' });
      expect(await due(id)).toEqual({
        outcome: 'skipped',
        reason: 'The report of the time before had not ended.',
      });
      await ask('POST', `/${id}/pause`, owner);
      await due(id);
      await ask('POST', `/${id}/resume`, owner);
      await database.pool.query('update users set is_active = false where id = $1', [owner.id]);
      await due(id);
      release();
    },
    // The first one waits for what is asked of the others.
    { gather: () => held.then(() => Promise.reject(new Error('seen enough'))) },
  );
  expect(await codes()).toEqual(['owner_inactive', 'paused', 'previous_open', 'made']);
  const refused = await ask('POST', `/${id}/trigger`, house.admin);
  expect([refused.status, refused.body['code']]).toEqual([409, 'conflict']);
  await ask('DELETE', `/${id}`, house.admin);
  await working(async () => expect(await due(id)).toEqual({ outcome: 'gone' }));
});

test('a report is made with the rights that its owner has when it is due', async () => {
  const owner = await createApiUser(database, 'ADMIN');
  const id = await create(owner, { report: { format: 'csv' } });
  const theirs = await house.post({ title: 'work of somebody else' }, house.bob);
  const report = async (): Promise<string> => {
    const firing = await due(id);
    if (firing.outcome !== 'started') throw new Error(firing.outcome);
    await ended(firing.jobId);
    return (await api.send(`/jobs/${firing.jobId}/result`, { token: owner.token })).text;
  };
  await working(async () => {
    expect(await report()).toContain(theirs);
    await database.pool.query(`update users set role = 'ANALYST' where id = $1`, [owner.id]);
    const own = await report();
    expect(own).toContain('report');
    expect(own).not.toContain(theirs);
  });
});

test('a trigger makes the report now, once for one key, while the schedule is paused', async () => {
  const id = await create(house.ana, { enabled: false });
  const headers = { 'Idempotency-Key': `trigger-${id}` };
  const first = await ask('POST', `/${id}/trigger`, house.ana, { headers });
  const again = await ask('POST', `/${id}/trigger`, house.ana, { headers });
  expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([202, 202, 'true']);
  const jobId = String(first.body['jobId']);
  await working(() => ended(jobId));
  expect(await runsOf(id)).toEqual([
    expect.objectContaining({ cause: 'person', jobId, state: 'SUCCESS', skipped: null }),
  ]);
});

test('what is changed while Temporal is away is durable, and Temporal has it once it is back', async () => {
  const gate = await openTcpGate(temporal.address);
  const env = { TEMPORAL_ADDRESS: gate.address, TEMPORAL_NAMESPACE: temporal.namespace };
  const doomed = await create(house.ana, { name: 'doomed' });
  await synced(doomed);
  await gate.close();
  const cutOff = await startApi({ database, env });
  try {
    const request = { token: house.ana.token, method: 'POST', body: daily };
    const made = await cutOff.send(PATH, request);
    expect([made.status, made.body['sync']]).toEqual([201, 'pending']);
    const id = String(made.body['id']);
    const patch = { token: house.ana.token, method: 'PATCH', body: { name: 'Changed' } };
    expect((await cutOff.send(`${PATH}/${id}`, patch)).body).toMatchObject({ version: 2, sync: 'pending' });
    await cutOff.send(`${PATH}/${doomed}`, { token: house.ana.token, method: 'DELETE' });
    const seen = await cutOff.send(`${PATH}/${id}`, { token: house.ana.token });
    expect(seen.body).toMatchObject({ name: 'Changed', sync: 'pending' });
    expect(seen.body['nextRuns']).toHaveLength(5);
    // The API that was cut off may still be at one of its own tries: the sweeper comes again, as ever.
    await working(() =>
      waitUntil(
        async () => {
          await sweep();
          const { rows } = await database.pool.query<{ behind: number }>(
            'select count(*) as behind from report_schedules where synced_version < version',
          );
          return rows[0]?.behind === 0;
        },
        { what: 'Temporal is brought in line' },
      ),
    );
    expect((await synced(id)).body['version']).toBe(2);
    const { action } = await handleOf(id).describe();
    expect(action).toMatchObject({ args: [{ scheduleId: id }] });
    await expect(handleOf(doomed).describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
  } finally {
    await cutOff.close();
  }
});

test('a schedule that Temporal has lost is made again within the hour', async () => {
  const id = await create(house.ana);
  await synced(id);
  await handleOf(id).delete();
  await working(sweep);
  await expect(handleOf(id).describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
  await database.pool.query(
    `update report_schedules set synced_at = now() - interval '61 minutes' where id = $1`,
    [id],
  );
  await working(sweep);
  expect((await handleOf(id).describe()).state.paused).toBe(false);
});
