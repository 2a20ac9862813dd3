import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { many, one, sql } from '../../../src/db/base/sql.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import {
  cancelOpenGates,
  closeOtherGates,
  decideGate,
  listWaitingGates,
  markGateExpired,
  moveGateDeadline,
  openGate,
} from '../../../src/db/sessions/gates.js';
import { countSessions, measureWaits, measureWork } from '../../../src/db/sessions/metrics.js';
import { hasContent, reserveGate, storeSeen } from '../../../src/db/sessions/reading.js';
import { listStepOutputs, listSteps, listUsage } from '../../../src/db/sessions/reads-ledger.js';
import { findInboxGate } from '../../../src/db/sessions/reads-gates.js';
import { listForks } from '../../../src/db/sessions/reads.js';
import { readStepMedians } from '../../../src/db/sessions/step-medians.js';
import type { OpenGate } from '../../../src/domain/sessions/state.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();
const DIGEST = 'd'.repeat(64);
const OPENED_MS = Date.UTC(2026, 0, 15, 12);

async function givenSession(owner?: Principal): Promise<SeededSession> {
  const { userId } = owner ?? (await givenUser(database.pool));
  return SeededSession.create(database.pool, userId);
}

async function givenGate(session: SeededSession, more: Partial<OpenGate> = {}): Promise<OpenGate> {
  const gate: OpenGate = {
    id: newId('gate'),
    phase: 1,
    attempt: 1,
    digest: DIGEST,
    openedAtMs: OPENED_MS,
    deadlineAtMs: null,
    ...more,
  } as OpenGate;
  await openGate(database.pool, session.id, { gate, phaseTitle: 'Understand' });
  return gate;
}

const gateRow = ({ id }: { id: string }) =>
  one<Record<'status' | 'comment' | 'by' | 'decided' | 'expired' | 'deadline' | 'reader', string | null>>(
    database.pool,
    sql`select status, comment, decided_by as by, decided_at as decided, expired_at as expired, deadline_at as deadline,
               reserved_by as reader from gates where id = ${id}`,
  );

/** As the database tells it, to the microsecond. */
const iso = (ms: number) => new Date(ms).toISOString().replace('Z', '000Z');

test('a gate that is decided keeps its decision, and opened again it waits without any of it', async () => {
  const owner = await givenUser(database.pool);
  const session = await givenSession(owner);
  const beside = await givenGate(await givenSession());
  const gate = await givenGate(session);
  const by = { userId: owner.userId, via: 'api' } as const;
  const decide = (decision: 'approve' | 'reject', comment: string) =>
    decideGate(database.pool, gate, {
      decision: { decision, by, comment, notes: null, output: null } as never,
      atMs: OPENED_MS + 1_000,
    });
  await markGateExpired(database.pool, gate.id, OPENED_MS + 100);
  await markGateExpired(database.pool, gate.id, OPENED_MS + 200);
  await decide('approve', 'good');
  await decide('reject', 'bad');
  expect(await gateRow(gate)).toMatchObject({
    status: 'approved',
    comment: 'good',
    by: owner.userId,
    decided: iso(OPENED_MS + 1_000),
    expired: iso(OPENED_MS + 100),
  });
  const waiting = { status: 'waiting', comment: null, by: null, decided: null, expired: null };
  expect(await gateRow(beside)).toMatchObject(waiting);
  const again = () => openGate(database.pool, session.id, { gate, phaseTitle: 'Understand' });
  expect([await again(), await again()]).toEqual(['approved', null]);
  expect(await gateRow(gate)).toMatchObject(waiting);
  await moveGateDeadline(database.pool, { ...gate, deadlineAtMs: OPENED_MS + 9_000 });
  expect((await gateRow(gate)).deadline).toBe(iso(OPENED_MS + 9_000));
  expect((await gateRow(beside)).deadline).toBeNull();
});

test('the waiting gates of one session are closed, and neither decided ones nor those of another', async () => {
  const [session, other] = [await givenSession(), await givenSession()];
  const foreign = await givenGate(other);
  const decided = await givenGate(session);
  await database.pool.query(`update gates set status = 'approved', comment = 'good' where id = $1`, [
    decided.id,
  ]);
  const gate = await givenGate(session, { phase: 2 });
  const close = (own: string[]) =>
    closeOtherGates(database.pool, session.id, { own, atMs: OPENED_MS + 5, reason: 'a reset' });
  expect([await close([gate.id]), await close([]), await close([])]).toEqual([[], [gate.id], []]);
  expect(await gateRow(gate)).toMatchObject({
    status: 'canceled',
    comment: 'a reset',
    decided: iso(OPENED_MS + 5),
  });
  const next = await givenGate(session, { phase: 3 });
  await cancelOpenGates(database.pool, session.id, OPENED_MS + 7);
  expect(await gateRow(next)).toMatchObject({ status: 'canceled', decided: iso(OPENED_MS + 7) });
  expect(await gateRow(decided)).toMatchObject({ status: 'approved', comment: 'good' });
  expect(await gateRow(foreign)).toMatchObject({ status: 'waiting', decided: null });
});

test('a gate of another person stays without a reader, also beside a session of the viewer', async () => {
  const [owner, other] = [await givenUser(database.pool), await givenUser(database.pool)];
  const gate = await givenGate(await givenSession(owner));
  const beside = await givenGate(await givenSession(other));
  const reserve = (viewer: Principal, forMs: number) =>
    withTransaction(database.pool, (tx) => reserveGate(tx, viewer, { id: gate.id, forMs }));
  expect(await reserve(other, 60_000)).toBe(0);
  expect((await gateRow(gate)).reader).toBeNull();
  const admin = await givenUser(database.pool, 'ADMIN');
  expect([await reserve(owner, 60_000), await reserve(owner, 60_000), await reserve(admin, 60_000)]).toEqual([
    1, 1, 0,
  ]);
  expect([await reserve(owner, -1), await reserve(admin, 60_000), await reserve(owner, 60_000)]).toEqual([
    1, 1, 0,
  ]);
  expect([(await gateRow(gate)).reader, (await gateRow(beside)).reader]).toEqual([admin.userId, null]);
});

test('a reservation has ended at the very moment of its end', async () => {
  const owner = await givenUser(database.pool);
  const gate = await givenGate(await givenSession(owner));
  const viewer = { userId: owner.userId, role: owner.role };
  const reservedUntil = (moment: string) =>
    withTransaction(database.pool, async (tx) => {
      await tx.query(`update gates set reserved_by = $2, reserved_until = ${moment} where id = $1`, [
        gate.id,
        owner.userId,
      ]);
      const { reservedBy, reservedUntil } = (await findInboxGate(tx, viewer, gate.id))!;
      return [reservedBy?.id, reservedUntil !== null];
    });
  expect(await reservedUntil(`now() + interval '1 microsecond'`)).toEqual([owner.userId, true]);
  expect(await reservedUntil('now()')).toEqual([undefined, false]);
});

test('two hundred waiting gates of a phase are decided at once, those that wait longest', async () => {
  const owner = await givenUser(database.pool);
  const session = await givenSession(owner);
  await givenGate(await givenSession(owner), { phase: 2 });
  await givenGate(await givenSession(), { phase: 3 });
  await database.pool.query(
    `with copied as (
       insert into runs (id, kind, owner_id, title, workflow_id, workflow_type, task_queue)
       select 'cot_many_' || n, kind, owner_id, title, 'many:' || n, workflow_type, task_queue
         from runs, generate_series(1, 201) as n where id = $1 returning id),
     seeded as (
       insert into sessions (run_id, template_name, template_version, topic, language, options, state)
       select copied.id, template_name, template_version, topic, language, options, state
         from copied, sessions where run_id = $1 returning run_id)
     insert into gates (id, run_id, phase, attempt, phase_title, status, output_digest, opened_at)
     select 'gate_' || run_id, run_id, 3, 1, 'Third', 'waiting', '',
            timestamptz '2026-01-01' + make_interval(mins => (hashtext(run_id) % 1000)) from seeded`,
    [session.id],
  );
  const listed = await listWaitingGates(database.pool, owner, { phase: 3, template: 'minimal' });
  const { rows } = await database.pool.query<{ id: string; opened_at: string }>(
    `select opened_at from gates where run_id like 'cot_many_%' order by opened_at limit 200`,
  );
  expect(listed.map(({ openedAt }) => openedAt)).toEqual(rows.map((row) => row.opened_at));
  expect(listed).toHaveLength(200);
  expect(await listWaitingGates(database.pool, owner, { phase: 3, template: 'another' })).toEqual([]);
  expect(await listWaitingGates(database.pool, owner, { phase: 2, template: undefined })).toHaveLength(1);
});

test('the newest hundred forks of a session are shown, and no replay of it', async () => {
  const owner = await givenUser(database.pool);
  const session = await givenRun(database.pool, owner);
  await givenRun(database.pool, owner, { origin: { runId: session.id, relation: 'replay' } });
  for (let number = 1; number <= 3; number += 1)
    await givenRun(database.pool, owner, { origin: { runId: session.id, relation: 'fork' } });
  const ids = async () => (await listForks(database.pool, owner, session.id)).map(({ id }) => id);
  const few = await ids();
  expect(few).toHaveLength(3);
  const [oldest, middle] = [few[2], few[1]];
  const setCreated = (id: string | undefined, at: string) =>
    database.pool.query('update runs set created_at = $2 where id = $1', [id, at]);
  await setCreated(oldest, '2026-01-03');
  await setCreated(middle, '2026-01-02');
  await setCreated(few[0], '2026-01-01');
  expect(await ids()).toEqual([oldest, middle, few[0]]);
  await database.pool.query(
    `insert into runs (id, kind, owner_id, title, workflow_id, workflow_type, task_queue, origin_run_id, origin_relation,
                       created_at)
     select 'job_fork_' || lpad(n::text, 3, '0'), kind, owner_id, title, 'fork:' || n, workflow_type, task_queue, $1,
            'fork', timestamptz '2026-02-01'
       from runs, generate_series(1, 99) as n where id = $1`,
    [session.id],
  );
  const many = await ids();
  expect([many.length, many[0], many[98], many[99]]).toEqual([100, 'job_fork_099', 'job_fork_001', oldest]);
});

test('a page of the ledger begins behind its place, or with it, in both directions', async () => {
  const session = await givenSession();
  await session.phase();
  await (await givenSession()).phase();
  const all = await listSteps(database.pool, session.id, { filters: {} });
  expect(all.map(({ step }) => step)).toEqual(['THINK', 'EXECUTE', 'INTEGRATE']);
  const key = { at: all[1]!.at, id: all[1]!.id };
  const page = async (direction: 'next' | 'prev', inclusive: boolean, limit = 5) => {
    const rows = await listSteps(database.pool, session.id, {
      filters: {},
      page: { limit, position: { key, direction, inclusive } as never },
    });
    return rows.map(({ step }) => step);
  };
  expect(await page('next', false)).toEqual(['INTEGRATE']);
  expect(await page('next', true)).toEqual(['EXECUTE', 'INTEGRATE']);
  expect(await page('prev', false)).toEqual(['THINK']);
  expect(await page('prev', true)).toEqual(['EXECUTE', 'THINK']);
  expect([await page('next', true, 0), await page('prev', true, 0)]).toEqual([['EXECUTE'], ['EXECUTE']]);
});

test('steps that began at one moment and lasted for weeks are in the order of their ids, on every page', async () => {
  const session = await givenSession();
  await session.phase();
  await database.pool.query(
    `update session_steps set started_at = '2026-01-15', finished_at = '2026-03-01' where run_id = $1`,
    [session.id],
  );
  const listed = await listSteps(database.pool, session.id, { filters: {} });
  expect(new Set(listed.map(({ durationMs }) => durationMs))).toEqual(new Set([45 * 86_400_000]));
  const all = listed.map(({ id }) => id);
  expect(all).toEqual([...all].sort());
  const page = async (direction: 'next' | 'prev') =>
    (
      await listSteps(database.pool, session.id, {
        filters: {},
        page: {
          limit: 5,
          position: { key: { at: '2026-01-15T00:00:00Z', id: all[1]! }, direction, inclusive: true } as never,
        },
      })
    ).map(({ id }) => id);
  expect([await page('next'), await page('prev')]).toEqual([all.slice(1), [all[1], all[0]]]);
  const first = await listSteps(database.pool, session.id, {
    filters: {},
    page: { limit: 1, position: undefined },
  });
  expect(first.map(({ id }) => id)).toEqual(all.slice(0, 2));
});

test('the usage of a session is its own, by phase and step in their order, apart from what was taken over', async () => {
  const session = await givenSession();
  await (await givenSession()).phase();
  await session.step({ failedTries: 2 });
  const unpriced = await session.step({ costUsd: null });
  await database.pool.query('update session_steps set tokens_in = 20 where id = $1', [unpriced]);
  const copied = await session.step();
  await database.pool.query(
    `update session_steps set origin_step_id = 'step_x', tokens_in = 0, tokens_out = 0, cost_usd = null where id = $1`,
    [copied],
  );
  expect(await listUsage(database.pool, session.id)).toMatchObject([
    {
      phase: 1,
      step: 'THINK',
      runs: 1,
      reused: 0,
      tries: 3,
      tokensIn: 100,
      tokensOut: 50,
      costUsd: 0.01,
      unpricedSteps: 0,
    },
    { phase: 1, step: 'EXECUTE', runs: 1, reused: 0, tries: 1, tokensIn: 20, costUsd: 0, unpricedSteps: 1 },
    { phase: 1, step: 'INTEGRATE', runs: 0, reused: 1, tokensIn: 0, costUsd: 0, unpricedSteps: 0 },
  ]);
  expect((await listStepOutputs(database.pool, session.id)).map(({ step }) => step)).toEqual([
    'THINK',
    'EXECUTE',
    'INTEGRATE',
  ]);
});

test('an output was seen by one person, of the session that has it', async () => {
  const [owner, other] = [await givenUser(database.pool), await givenUser(database.pool)];
  const [session, beside] = [await givenSession(owner), await givenSession(owner)];
  await session.phase({ output: `of ${session.id}` });
  const digest = session.digestOf(1);
  expect(await hasContent(database.pool, session.id, digest)).toBe(true);
  expect(await hasContent(database.pool, beside.id, digest)).toBe(false);
  const see = (viewer: Principal, sessionId: string, phase = 1, of = digest) =>
    withTransaction(database.pool, (tx) => storeSeen(tx, viewer, { sessionId, phase, digest: of }));
  expect(await see(owner, session.id)).toMatchObject({ phase: 1, outputDigest: digest });
  expect(await see(other, beside.id)).toBeUndefined();
  expect(await see(owner, session.id, 1, 'ff'.repeat(32))).toBeUndefined();
  await see(other, session.id, 2);
  await database.pool.query(`update seen_outputs set seen_at = '2026-01-01'`);
  await see(owner, session.id);
  const seen = await many<{ user: string; again: boolean }>(
    database.pool,
    sql`select user_id as user, seen_at > '2026-01-02' as again from seen_outputs where run_id = ${session.id}`,
  );
  expect(seen).toHaveLength(2);
  expect(seen).toContainEqual({ user: owner.userId, again: true });
  expect(seen).toContainEqual({ user: other.userId, again: false });
});

describe('numbers of a window that has ended', () => {
  const until = '2026-01-15T12:00:00.000Z';
  const window = { ms: 3_600_000, until };
  const moments = [
    ['at its end', until, 0],
    ['right before its end', '2026-01-15T11:59:59.999Z', 1],
    ['at its beginning', '2026-01-15T11:00:00.000Z', 1],
    ['right before its beginning', '2026-01-15T10:59:59.999Z', 0],
  ] as const;
  test.each(moments)('what ended %s', async (_when, at, count) => {
    const owner = await givenUser(database.pool);
    const session = await givenSession(owner);
    await session.phase();
    await session.openGate();
    await session.approve();
    await session.step();
    await database.pool.query(
      `update session_steps set started_at = $2::timestamptz - interval '2 seconds', finished_at = $2
        where run_id = $1 and phase = 1 and step = 'THINK'`,
      [session.id, at],
    );
    await database.pool.query(
      `update gates set opened_at = $2::timestamptz - interval '9 seconds', decided_at = $2 where run_id = $1`,
      [session.id, at],
    );
    await database.pool.query(
      `update runs set status = 'completed', finished_at = $2, created_at = $2 where id = $1`,
      [session.id, at],
    );
    const work = await measureWork(database.pool, owner, window);
    expect(work.find(({ phase }) => phase === null)).toEqual(
      count === 0 ? undefined : expect.objectContaining({ runs: 1, completed: 1, totalMs: 2_000 }),
    );
    const [wait] = await measureWaits(database.pool, owner, window);
    expect(wait).toEqual(
      count === 0 ? undefined : expect.objectContaining({ decisions: 1, open: 0, totalMs: 9_000 }),
    );
    const none = { failed: 0, rejected: 0, canceled: 0, open: 0 };
    expect(await countSessions(database.pool, owner, window)).toEqual(
      count === 0 ? [] : [{ template: 'minimal', created: 1, completed: 1, ...none }],
    );
  });
});

test('medians are of the newest fifty sessions of a template version, and of steps that ran there', async () => {
  const owner = await givenUser(database.pool);
  const template = { templateName: 'viral-content', templateVersion: 1 };
  const [first] = [
    await SeededSession.create(database.pool, owner.userId, { template: 'viral-content' }),
    await (await givenSession(owner)).step({ durationMs: 70_000 }),
  ];
  await first.step({ durationMs: 90_000 });
  const sessions: SeededSession[] = [];
  for (let number = 1; number <= 50; number += 1)
    sessions.push(await SeededSession.create(database.pool, owner.userId, { template: 'viral-content' }));
  expect(await readStepMedians(database.pool, template)).toEqual([]);
  for (const [index, durationMs] of [1_000, 2_000, 4_000].entries())
    await sessions[index]!.step({ durationMs });
  const copied = await sessions[3]!.step({ durationMs: 80_000 });
  await database.pool.query(`update session_steps set origin_step_id = 'step_x' where id = $1`, [copied]);
  await sessions[4]!.fail();
  expect(await readStepMedians(database.pool, template)).toEqual([
    { phase: 1, step: 'THINK', samples: 3, medianMs: 2_000 },
  ]);
});
