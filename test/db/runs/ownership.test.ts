import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { findRunGate, insertRunGate } from '../../../src/db/notifications/run-gates.js';
import { activityGatherers } from '../../../src/db/reports/activity.js';
import {
  findReportSchedule,
  insertReportSchedule,
  listReportSchedules,
  lockReportSchedule,
} from '../../../src/db/reports/schedules.js';
import { insertObject } from '../../../src/db/reports/objects.js';
import { listFailureGroups, listFailuresOf } from '../../../src/db/runs/failures.js';
import {
  findKey,
  insertAnswer,
  releaseKey,
  reserveKey,
  settleKey,
  type IdempotencyKey,
} from '../../../src/db/runs/idempotency-keys.js';
import { findGate, listWaitingGates } from '../../../src/db/sessions/gates.js';
import { listStalled } from '../../../src/db/sessions/metrics.js';
import { reserveGate } from '../../../src/db/sessions/reading.js';
import { listForks } from '../../../src/db/sessions/reads.js';
import { findResultTables, listResultTables } from '../../../src/db/sql/result-tables.js';
import {
  deleteSavedQuery,
  insertSavedQuery,
  listSavedQueries,
  lockSavedQuery,
  updateSavedQuery,
} from '../../../src/db/sql/saved-queries.js';
import { insertSavedView, lockSavedView } from '../../../src/db/users/saved-views.js';
import { createSignInToken, redeemSignInToken } from '../../../src/db/users/sign-in-tokens.js';
import { hasApiKey, issueApiKey, listApiKeys, revokeApiKey } from '../../../src/db/users/user-api-keys.js';
import { createWebSession, endSignIns, findWebSessionHolder } from '../../../src/db/users/web-sessions.js';
import { SeededSession } from '../../api/sessions/reads-fixture.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenUser } from '../../support/people.js';

/** Each query by itself: what one person has is there for them and for administrators, and for nobody else. */
const database = useDatabase();

const report = { type: 'activity', format: 'html', params: { hours: 24 } } as const;
const schedule = { name: 'Daily', cron: '0 6 * * *', timeZone: 'UTC', report, enabled: true };

type Found = (viewer: Principal) => Promise<unknown>;

async function expectOwned(owner: Principal, found: Found): Promise<void> {
  const [other, admin] = [await givenUser(database.pool), await givenUser(database.pool, 'ADMIN')];
  expect(await found(other)).toBe(false);
  expect(await found(owner)).toBe(true);
  expect(await found(admin)).toBe(true);
}

test('a fork, listed beside its session', async () => {
  const owner = await givenUser(database.pool);
  const session = await givenRun(database.pool, owner);
  const origin = { runId: session.id, relation: 'fork' } as const;
  const fork = await givenRun(database.pool, owner, { origin });
  await expectOwned(owner, async (viewer) =>
    (await listForks(database.pool, viewer, session.id)).some(({ id }) => id === fork.id),
  );
});

test('a waiting gate, found, listed and reserved', async () => {
  const owner = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, owner.userId);
  await session.phase();
  const id = await session.openGate();
  await expectOwned(owner, async (viewer) => (await findGate(database.pool, id, viewer)) !== undefined);
  const listed = async (viewer: Principal) =>
    listWaitingGates(database.pool, viewer, { phase: 1, template: undefined });
  await expectOwned(owner, async (viewer) => (await listed(viewer)).some((gate) => gate.id === id));
  // A reservation of no time: the next one in the row is not in its way.
  await expectOwned(owner, (viewer) =>
    withTransaction(database.pool, async (tx) => (await reserveGate(tx, viewer, { id, forMs: -1 })) === 1),
  );
});

test('a session that does not move, until it moves again', async () => {
  const owner = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, owner.userId);
  const listed = async (viewer: Principal) =>
    (await listStalled(database.pool, viewer)).some(({ id }) => id === session.id);
  await expectOwned(owner, listed);
  await session.pause();
  const pausedFor = async (hours: number) => {
    await database.pool.query(
      `update runs set status = 'paused', updated_at = now() - make_interval(hours => $2) where id = $1`,
      [session.id, hours],
    );
    return listed(owner);
  };
  expect([await pausedFor(1), await pausedFor(25)]).toEqual([false, true]);
});

test('the gate of a run of notifications, found', async () => {
  const owner = await givenUser(database.pool);
  const id = newId('job');
  await database.pool.query(
    `insert into runs (id, kind, owner_id, title, status, workflow_id, workflow_type, task_queue)
     values ($1, 'deadline-run', $2, 'Notifications of today', 'running', $3, 'x', 'flow')`,
    [id, owner.userId, `deadline-run:${id}`],
  );
  const gate = newId('gate');
  await insertRunGate(database.pool, {
    id: gate,
    runId: id,
    title: 'The first offices',
    digest: 'd'.repeat(64),
  });
  await expectOwned(owner, async (viewer) => (await findRunGate(database.pool, gate, viewer)) !== undefined);
});

test('a report schedule, found, locked and listed', async () => {
  const owner = await givenUser(database.pool);
  const { id } = await withTransaction(database.pool, (tx) =>
    insertReportSchedule(tx, owner.userId, schedule),
  );
  await expectOwned(
    owner,
    async (viewer) => (await findReportSchedule(database.pool, viewer, id)) !== undefined,
  );
  const locked = (viewer: Principal) =>
    withTransaction(database.pool, (tx) => lockReportSchedule(tx, viewer, id));
  await expectOwned(owner, (viewer) =>
    locked(viewer).then(
      () => true,
      () => false,
    ),
  );
  const listed = (viewer: Principal) =>
    listReportSchedules(database.pool, viewer, { limit: 100, position: undefined });
  await expectOwned(owner, async (viewer) => (await listed(viewer)).some((row) => row.id === id));
});

test('the most schedules of a person are counted without those of others', async () => {
  const [full, other] = [await givenUser(database.pool), await givenUser(database.pool)];
  const insert = (of: Principal) =>
    withTransaction(database.pool, (tx) => insertReportSchedule(tx, of.userId, schedule));
  const untilFull = async (): Promise<void> => {
    for (;;) await insert(full);
  };
  await expect(untilFull()).rejects.toMatchObject({
    code: 'conflict',
    message: 'You have 50 report schedules, which is the most.',
  });
  await expect(insert(other)).resolves.toMatchObject({ name: 'Daily' });
});

test('a failed step, in its group and among the failures of the group', async () => {
  const owner = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, owner.userId);
  await session.fail();
  const [group] = await listFailureGroups(database.pool, owner, 'step');
  const listed = (viewer: Principal) => listFailuresOf(database.pool, viewer, group?.fingerprint ?? '');
  await expectOwned(owner, async (viewer) => (await listed(viewer)).some(({ id }) => id === session.id));
  const grouped = (viewer: Principal) => listFailureGroups(database.pool, viewer, 'step');
  await expectOwned(owner, async (viewer) => (await grouped(viewer)).length > 0);
});

test('the numbers of a report on activity', async () => {
  const owner = await givenUser(database.pool);
  const session = await SeededSession.create(database.pool, owner.userId);
  await session.phase();
  await session.openGate();
  const failed = await givenRun(database.pool, owner);
  await database.pool.query(`update runs set status = 'failed', finished_at = now() where id = $1`, [
    failed.id,
  ]);
  const basis = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', snapshot: null };
  await expectOwned(owner, async (viewer) => {
    const { days } = await activityGatherers.usage(database.pool, { basis, viewer });
    const { total } = await activityGatherers.failures(database.pool, { basis, viewer });
    return days.length > 0 && total > 0;
  });
  const other = await givenUser(database.pool);
  const { models, days } = await activityGatherers.usage(database.pool, { basis, viewer: other });
  const { recent } = await activityGatherers.failures(database.pool, { basis, viewer: other });
  expect({ models, days, recent }).toEqual({ models: [], days: [], recent: [] });
  // Three steps of two seconds, each in the sum once.
  const { workMs, phases } = await activityGatherers.waiting(database.pool, { basis, viewer: owner });
  expect(workMs).toBe(6_000);
  expect(phases).toMatchObject([{ phase: 1, open: 1, decisions: 0 }]);
});

test('one key of two people is two keys', async () => {
  const [owner, other] = [await givenUser(database.pool), await givenUser(database.pool)];
  const name = newId('request');
  const keyOf = (person: Principal): IdempotencyKey => ({
    ownerId: person.userId,
    key: name,
    requestHash: Buffer.from('same'),
  });
  await reserveKey(database.pool, keyOf(owner));
  await reserveKey(database.pool, keyOf(other));
  expect(await settleKey(database.pool, keyOf(owner), { status: 200, headers: {}, body: '1' })).toBe(1);
  expect(await insertAnswer(database.pool, keyOf(owner), { status: 201, headers: {}, body: '2' })).toBe(0);
  expect(await findKey(database.pool, keyOf(other))).toMatchObject({ body: null });
  expect(await reserveKey(database.pool, { ...keyOf(owner), key: `${name}-2` })).toBe(true);
  expect(await reserveKey(database.pool, { ...keyOf(other), key: `${name}-2` })).toBe(true);
  expect(await releaseKey(database.pool, { ...keyOf(other), key: `${name}-2` })).toBe(1);
  expect(await findKey(database.pool, { ...keyOf(owner), key: `${name}-2` })).toBeDefined();
});

/** An administrator has no more of it than anybody else. */
async function expectPrivate(owner: Principal, found: Found): Promise<void> {
  const [other, admin] = [await givenUser(database.pool), await givenUser(database.pool, 'ADMIN')];
  expect([await found(owner), await found(other), await found(admin)]).toEqual([true, false, false]);
}

const firstPage = { limit: 100, position: undefined };

test('an API key, listed, found and revoked', async () => {
  const owner = await givenUser(database.pool);
  const { id } = await withTransaction(database.pool, (tx) =>
    issueApiKey(tx, { userId: owner.userId, name: 'laptop', expiresAt: undefined }),
  );
  const listed = (viewer: Principal) => listApiKeys(database.pool, viewer.userId, firstPage);
  await expectPrivate(owner, async (viewer) => (await listed(viewer)).some((key) => key.id === id));
  await expectPrivate(owner, (viewer) => hasApiKey(database.pool, viewer.userId, id));
  const revoked = (viewer: Principal) =>
    withTransaction(database.pool, (tx) => revokeApiKey(tx, viewer.userId, id));
  expect(await revoked(await givenUser(database.pool))).toBeUndefined();
  expect(await revoked(owner)).toMatchObject({ status: 'revoked' });
});

test('a saved query, listed, until it is shared', async () => {
  const owner = await givenUser(database.pool);
  const id = newId('savedQuery');
  const query = { name: 'Mine', sql: 'select 1', data_source: 'demo', params: [], shared: false };
  await withTransaction(database.pool, (tx) => insertSavedQuery(tx, { ...query, id, ownerId: owner.userId }));
  const listed = async ({ userId }: Principal) => {
    const page = { userId, dataSource: undefined, page: firstPage };
    return (await listSavedQueries(database.pool, page)).some((row) => row.id === id);
  };
  await expectPrivate(owner, listed);
  await withTransaction(database.pool, (tx) => updateSavedQuery(tx, id, { shared: true }));
  expect(await listed(await givenUser(database.pool))).toBe(true);
  const locked = ({ userId }: Principal) =>
    withTransaction(database.pool, async (tx) => (await lockSavedQuery(tx, userId, id))?.id === id);
  await expectPrivate(owner, locked);
  const second = { ...query, id: newId('savedQuery'), name: 'Second', ownerId: owner.userId };
  await withTransaction(database.pool, (tx) => insertSavedQuery(tx, second));
  expect(await withTransaction(database.pool, (tx) => deleteSavedQuery(tx, second.id))).toBe(1);
  expect([await listed(owner), await locked(owner)]).toEqual([true, true]);
});

test('a saved view, locked for a change while nobody else can change it', async () => {
  const { pool } = database;
  const owner = await givenUser(pool);
  const view = { page: 'sessions', name: 'Mine', query: {}, shared: true } as const;
  const id = newId('savedView');
  await withTransaction(pool, (tx) => insertSavedView(tx, { ...view, id, ownerId: owner.userId }));
  await expectPrivate(owner, ({ userId }) =>
    withTransaction(pool, async (tx) => {
      const found = await lockSavedView(tx, userId, id);
      const free = await pool.query('select from saved_views where id = $1 for update skip locked', [id]);
      expect(free.rowCount).toBe(found === undefined ? 1 : 0);
      return found !== undefined;
    }),
  );
});

test('a stored result, found and listed as a table', async () => {
  const owner = await givenUser(database.pool);
  const { id } = await givenRun(database.pool, owner, { id: newId('sql'), kind: 'sql' });
  await insertObject(database.pool, { key: id, runId: id });
  await database.pool.query(
    `insert into sql_runs (run_id, owner_id, data_source, sql, statement_hash, fingerprint, columns)
     values ($1, $2, 'demo', 'select 1', '', '', '[]')`,
    [id, owner.userId],
  );
  await database.pool.query(
    `update runs set status = 'completed', finished_at = now(), result = jsonb_build_object('key', id) where id = $1`,
    [id],
  );
  const found = ({ userId }: Principal) => findResultTables(database.pool, userId, [id]);
  await expectPrivate(owner, async (viewer) => (await found(viewer)).length === 1);
  const listed = ({ userId }: Principal) => listResultTables(database.pool, userId, 10);
  await expectPrivate(owner, async (viewer) => (await listed(viewer)).length === 1);
});

test('the sign-ins of a person end without those of others', async () => {
  const { pool } = database;
  const [leaving, other] = [await givenUser(pool), await givenUser(pool)];
  const signIn = async ({ userId }: Principal) => ({
    session: (await createWebSession(pool, { userId, apiKeyId: null }, 60)).token,
    token: await createSignInToken(pool, userId, 60),
  });
  const [gone, kept] = [await signIn(leaving), await signIn(other)];
  await endSignIns(pool, leaving.userId);
  expect(await findWebSessionHolder(pool, gone.session)).toBeUndefined();
  expect(await redeemSignInToken(pool, gone.token)).toBeUndefined();
  expect(await findWebSessionHolder(pool, kept.session)).toBeDefined();
  expect(await redeemSignInToken(pool, kept.token)).toBe(other.userId);
});
