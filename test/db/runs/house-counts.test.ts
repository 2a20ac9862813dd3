import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { listFailureGroups, listFailuresOf } from '../../../src/db/runs/failures.js';
import {
  countDecidedGates,
  countEndedSteps,
  countModelUse,
  settledMoment,
} from '../../../src/db/runs/house-endings.js';
import { countDeadLetters, countHouse, countOpenRuns, countPlaces } from '../../../src/db/runs/house-now.js';
import { countSlots } from '../../../src/db/runs/slots.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { useDatabase } from '../../support/servers/database.js';
import { endRun, givenRun } from '../../support/runs.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
let owner: Principal;
beforeEach(async () => {
  await database.pool.query('delete from runs');
  owner = await givenUser(database.pool);
});

const run = (more: Parameters<typeof givenRun>[2] = {}) => givenRun(database.pool, owner, more);
const end = ({ id }: { id: string }, ...how: [status?: string, at?: string]) =>
  endRun(database.pool, id, ...how);

test('the moment that has settled lies before now by what was asked', async () => {
  const { rows } = await database.pool.query<{ now: string }>('select clock_timestamp() as now');
  const settled = Date.parse(await settledMoment(database.pool, 3_600_000));
  const behind = settled - (Date.parse(rows[0]!.now) - 3_600_000);
  expect(behind).toBeGreaterThanOrEqual(0);
  expect(behind).toBeLessThan(3_600_000);
});

test('retries of steps that ended are their tries but the first, and what was taken over did not run', async () => {
  const session = await SeededSession.create(database.pool, owner.userId);
  const span = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' };
  const [first, second, third] = [
    await session.step({ failedTries: 2 }),
    await session.step(),
    await session.step({ failedTries: 3 }),
  ];
  await session.beginStep().catch(() => undefined);
  await database.pool.query(`delete from session_step_tries where step_id = $1`, [second]);
  await database.pool.query(
    `update session_steps set step = 'THINK', started_at = '2026-01-01T11:59:58Z', finished_at = '2026-01-01T12:00:00Z',
            tokens_cached = 3, tokens_reasoning = 4, origin_step_id = case when id = $2 then 'step_x' end where run_id = $1`,
    [session.id, third],
  );
  expect(await countEndedSteps(database.pool, span)).toEqual([
    { step: 'THINK', status: 'completed', count: 2, seconds: 4, retries: 2 },
  ]);
  const use = { provider: 'offline', model: 'offline', status: 'completed', count: 2, in: 200, out: 100 };
  expect(await countModelUse(database.pool, span)).toEqual([
    { ...use, cached: 6, reasoning: 8, costUsd: 0.02 },
  ]);
  await database.pool.query(`update session_steps set status = 'canceled' where id = $1`, [first]);
  expect(await countModelUse(database.pool, span)).toMatchObject([{ count: 1, in: 100 }]);
  await database.pool.query(`update session_steps set finished_at = $2 where id = $1`, [first, span.since]);
  await database.pool.query(`update session_steps set finished_at = $2 where id = $1`, [second, span.until]);
  expect(await countEndedSteps(database.pool, span)).toMatchObject([
    { status: 'completed', count: 1, retries: 0 },
  ]);
});

test('gates that were decided in a span are counted by their decision', async () => {
  for (const [status, at] of [
    ['approved', '2026-01-01T00:00:00Z'],
    ['approved', '2026-01-01T12:00:00Z'],
    ['rejected', '2026-01-02T00:00:00Z'],
    ['waiting', '2026-01-01T12:00:00Z'],
  ])
    await database.pool.query(
      `insert into gates (id, run_id, phase, attempt, phase_title, status, output_digest, opened_at, decided_at)
       values ($1, $2, 1, 1, '', $3, '', $4, $4)`,
      [newId('gate'), (await run()).id, status, at],
    );
  const span = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' };
  const counted = await countDecidedGates(database.pool, span);
  expect(counted).toHaveLength(2);
  for (const status of ['approved', 'rejected']) expect(counted).toContainEqual({ status, count: 1 });
});

async function givenStatement(place: string, more: { ended?: boolean } = {}): Promise<void> {
  const { id } = await run({ id: newId('sql'), kind: 'sql' });
  await database.pool.query(
    `insert into sql_runs (run_id, owner_id, data_source, sql, statement_hash, fingerprint, columns, place)
     values ($1, $2, 'demo', 'select 1', '', '', '[]', $3)`,
    [id, owner.userId, place],
  );
  if (more.ended === true) await end({ id });
}

test('statements are counted by their place, and none that has ended', async () => {
  for (const place of ['waiting', 'waiting', 'admitted', 'following', 'served', 'released'])
    await givenStatement(place);
  for (const place of ['waiting', 'admitted', 'following']) await givenStatement(place, { ended: true });
  await run();
  const places = await countPlaces(database.pool);
  expect(places.map(({ place, count }) => `${place} ${count}`).sort()).toEqual([
    'admitted 1',
    'following 1',
    'waiting 2',
  ]);
  expect(await countSlots(database.pool)).toEqual({ steps: 0, statements: 1, statementsWaiting: 2 });
});

test('a house counts what is open: runs, steps at work and gates, and how long the oldest wait', async () => {
  const queued = await run();
  await database.pool.query(`update runs set created_at = now() - interval '1 hour' where id = $1`, [
    queued.id,
  ]);
  await run();
  const ended = await run();
  await database.pool.query(`update runs set created_at = now() - interval '9 hours' where id = $1`, [
    ended.id,
  ]);
  await end(ended, 'canceled');
  const working = await SeededSession.create(database.pool, owner.userId);
  await working.phase();
  await working.openGate();
  await working.approve();
  await working.beginStep();
  const canceled = await SeededSession.create(database.pool, owner.userId);
  await canceled.beginStep();
  await end(canceled, 'canceled');
  const waiting = await SeededSession.create(database.pool, owner.userId);
  await waiting.phase();
  await waiting.openGate();
  const newer = await SeededSession.create(database.pool, owner.userId);
  await newer.phase();
  await newer.openGate();
  await database.pool.query(`update gates set opened_at = now() - interval '1 hour' where run_id = $1`, [
    newer.id,
  ]);
  await database.pool.query(`update gates set opened_at = now() - interval '2 hours' where run_id = $1`, [
    waiting.id,
  ]);
  await database.pool.query(`update gates set opened_at = now() - interval '8 hours' where run_id = $1`, [
    working.id,
  ]);
  const house = await countHouse(database.pool);
  expect(house).toMatchObject({ stepsRunning: 1, gatesWaiting: 2, webhooksWaiting: 0, webhookSeconds: 0 });
  expect(Math.round(house.queuedSeconds / 3_600)).toBe(1);
  expect(Math.round(house.gateSeconds / 3_600)).toBe(2);
  expect(await countSlots(database.pool)).toMatchObject({ steps: 1 });
  const open = await countOpenRuns(database.pool);
  expect(open).toContainEqual({ kind: 'report', status: 'queued', count: 2 });
  expect(open.filter(({ status }) => status === 'canceled')).toEqual([]);
});

async function givenLetter(code: string, message: string, at: string): Promise<string> {
  const one = await run();
  await database.pool.query(
    `update runs set status = 'failed', finished_at = now(), error = $2 where id = $1`,
    [one.id, { code, message }],
  );
  const id = newId('deadLetter');
  await database.pool.query(
    `insert into dead_letters (id, run_id, kind, input, created_at) values ($1, $2, 'report', '{}', $3)`,
    [id, one.id, at],
  );
  return id;
}

test('a dead letter that was done again as a run or as a delivery is counted no more', async () => {
  const [open, asRun, asDelivery] = [
    await givenLetter('a', 'm', '2026-01-01'),
    await givenLetter('a', 'm', '2026-01-01'),
    await givenLetter('a', 'm', '2026-01-01'),
  ];
  await database.pool.query('update dead_letters set replayed_as = $2 where id = $1', [
    asRun,
    (await run()).id,
  ]);
  const webhook = newId('webhook');
  await database.pool.query(
    `insert into webhooks (id, url, events, created_by) values ($1, 'https://a.example', '{*}', $2)`,
    [webhook, owner.userId],
  );
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into webhook_deliveries (webhook_id, event_type, body) values ($1, 'ping', '{}') returning id`,
    [webhook],
  );
  await database.pool.query('update dead_letters set replayed_delivery_id = $2 where id = $1', [
    asDelivery,
    rows[0]?.id,
  ]);
  expect(await countDeadLetters(database.pool)).toEqual([{ kind: 'report', count: 1 }]);
  const [group] = await listFailureGroups(database.pool, owner, undefined);
  expect(group).toMatchObject({ count: 1, total: 1, samples: [{ id: open }] });
});

test('groups of failures come by their number, then the newest first, with their newest samples and words', async () => {
  const moment = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00.000000Z`;
  const of = (code: string, days: number[]) =>
    days.reduce<Promise<string[]>>(
      async (ids, day) => [...(await ids), await givenLetter(code, `${code} on day ${day}`, moment(day))],
      Promise.resolve([]),
    );
  const many = await of('many', [3, 7, 1, 6, 2, 5]);
  await of('older', [8]);
  await of('newer', [9]);
  await of('oldest', [4]);
  const groups = await listFailureGroups(database.pool, owner, 'job');
  expect(groups.map(({ code }) => code)).toEqual(['many', 'newer', 'older', 'oldest']);
  const at = (...days: number[]) => days.map((day) => many[[3, 7, 1, 6, 2, 5].indexOf(day)]);
  expect(groups[0]).toMatchObject({
    count: 6,
    total: 9,
    message: 'many on day 7',
    firstAt: moment(1),
    lastAt: moment(7),
  });
  expect(groups[0]?.samples.map(({ id }) => id)).toEqual(at(7, 6, 5, 3, 2));
  const listed = async () =>
    (await listFailuresOf(database.pool, owner, groups[0]!.fingerprint)).map(({ id }) => id);
  expect(await listed()).toEqual(at(1, 2, 3, 5, 6, 7));
  await database.pool.query(`update dead_letters set created_at = $2 where id = any($1)`, [many, moment(1)]);
  expect(await listed()).toEqual([...many].sort());
  const [same] = await listFailureGroups(database.pool, owner, 'job');
  expect(same?.samples.map(({ id }) => id)).toEqual([...many].sort().slice(0, 5));
  expect(await listFailureGroups(database.pool, owner, 'delivery')).toEqual([]);
});
