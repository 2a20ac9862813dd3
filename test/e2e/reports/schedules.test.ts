import { ScheduleNotFoundError } from '@temporalio/client';
import { MOST_SCHEDULES } from '../../../src/contracts/reports/schedule.js';
import { startApi } from '../../support/api.js';
import { openTcpGate } from '../../support/servers/tcp-gate.js';
import { waitUntil } from '../../support/wait-until.js';
import { daily, PATH, useScheduleHouse } from './schedule-house.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const { house, ask, create, handleOf, synced } = useScheduleHouse();
const { database, temporal, working } = house;

const sweep = () =>
  temporal.client.workflow.execute('sweepUnstartedRuns', {
    taskQueue: 'flow',
    workflowId: `sweep-${Math.random()}`,
  });

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
    // The API that was cut off may still be within its own try, so the sweeper runs more than once.
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
