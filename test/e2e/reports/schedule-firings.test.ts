import { createReportScheduleActivities } from '../../../src/activities/reports/schedule-activities.js';
import { newId } from '../../../src/contracts/ids.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { createScheduleControl } from '../../../src/platform/temporal/schedule-control.js';
import { storeHistory } from '../../support/store-history.js';
import { waitUntil } from '../../support/wait-until.js';
import { policiesOf } from '../../support/workers/scheduled-activities.js';
import { daily, useScheduleHouse } from './schedule-house.js';
import { detailsOf } from '../../support/workers/seen-activities.js';
import { createApiUser } from '../../support/people.js';

const { house, ask, create, due, handleOf, runsOf, synced } = useScheduleHouse();
const { api, database, temporal, ended, working } = house;

test('a schedule that is due makes a job of its owner, once however often Temporal fires it', async () => {
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
    const firingHandle = temporal.client.workflow.getHandle(workflow);
    await firingHandle.result();
    expect(await detailsOf(firingHandle)).toBe(`**started** ${jobId}`);
    expect(Object.values(await policiesOf(firingHandle))).toEqual([
      '30 s, 86400 s in all; any number of tries, 1 s × 2 up to 60 s',
    ]);
    await storeHistory(temporal.client, workflow, 'startScheduledReport');
    // The repeated time is the one that the server gave, not the time at which the workflow ran.
    const at = String(firing?.['scheduledAt']);
    expect(workflow).toContain(at.slice(0, 19));
    const outcomes = await Promise.all([due(id, at), due(id, at), due(id, at)]);
    expect(outcomes).toEqual(Array(3).fill({ outcome: 'started', jobId }));
    expect(await runsOf(id)).toHaveLength(1);
  });
  const jobs = await api.send(`/jobs?scheduleId=${id}`, { token: house.ana.token });
  expect((jobs.body['items'] as unknown[]).length).toBe(1);
  expect((await api.send(`/jobs?scheduleId=${id}`, { token: house.bob.token })).body['items']).toEqual([]);
});

test('each moment that fell due has one firing, also when it is made up for and fires again', async () => {
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

test('a job whose start is lost on the way is started by the sweeper', async () => {
  const id = await create(house.ana);
  const control = {
    ...createRunControl(temporal.client),
    launch: () => Promise.reject(new Error('cut off')),
  };
  const schedules = createScheduleControl(temporal.client);
  const cutOff = createReportScheduleActivities({ pool: database.pool, control, schedules });
  await working(
    async () => {
      const firing = await due(id);
      if (firing.outcome !== 'started') throw new Error(firing.outcome);
      expect((await runsOf(id))[0]).toMatchObject({ jobId: firing.jobId, state: 'PENDING' });
      const sweep = { taskQueue: 'flow', workflowId: `sweep-after-${id}` };
      await temporal.client.workflow.execute('sweepUnstartedRuns', sweep);
      expect((await ended(firing.jobId)).body['state']).toBe('SUCCESS');
    },
    { activities: (made) => ({ ...made, flow: { ...made.flow, ...cutOff } }) },
  );
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

test('a report that its owner may not have is refused at once, and skipped once they may not have it any more', async () => {
  const audit = { report: { type: 'audit', format: 'json' } };
  const refused = await ask('POST', '', house.ana, { body: { ...daily, ...audit } });
  expect([refused.status, refused.body['code']]).toEqual([403, 'forbidden']);
  const session = { report: { type: 'cot-session', sessionId: newId('session') } };
  expect((await ask('POST', '', house.ana, { body: { ...daily, ...session } })).status).toBe(404);
  const hers = await create(house.ana);
  expect((await ask('PATCH', `/${hers}`, house.admin, { body: audit })).status).toBe(403);

  const owner = await createApiUser(database, 'ADMIN');
  const id = await create(owner, audit);
  await database.pool.query(`update users set role = 'ANALYST' where id = $1`, [owner.id]);
  await working(() => due(id));
  expect((await runsOf(id, house.admin))[0]).toMatchObject({
    jobId: null,
    state: null,
    statusUrl: null,
    skipped: { code: 'forbidden', message: expect.any(String) },
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
