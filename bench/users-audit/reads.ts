import type { Pool } from 'pg';
import { listAuditLogs } from '../../src/db/audit/query.js';
import { countAuditFacets } from '../../src/db/audit/facets.js';
import type { PageRequest } from '../../src/db/base/keyset.js';
import type { Db } from '../../src/db/base/sql.js';
import { listAuditLogsOfUsers, listUsers, readUserStats } from '../../src/db/users/list.js';
import { buildIndexes, dropIndexes } from '../../test/support/audit/seed-users-audit.js';
import { measure, ms, planOf, table, timed, type Measured } from './measure.js';

const firstPage: PageRequest = { limit: 20, position: undefined };
const visible = { includeDeleted: false };
const day = { from: '2026-02-01T00:00:00Z', to: '2026-02-02T00:00:00Z' };

const queries: readonly [string, (db: Db) => Promise<unknown>][] = [
  ['users, newest', (db) => listUsers(db, {}, firstPage)],
  ['users, role', (db) => listUsers(db, { role: 'ADMIN' }, firstPage)],
  ['users, inactive', (db) => listUsers(db, { isActive: false }, firstPage)],
  ['users, role and inactive', (db) => listUsers(db, { role: 'ADMIN', isActive: false }, firstPage)],
  ['users, name begins', (db) => listUsers(db, { q: 'Mia Sato' }, firstPage)],
  ['users, e-mail begins', (db) => listUsers(db, { q: 'person777' }, firstPage)],
  ['users, nothing begins so', (db) => listUsers(db, { q: 'zzzz' }, firstPage)],
  ['audit, newest', (db) => listAuditLogs(db, visible, firstPage)],
  ['audit, hidden too', (db) => listAuditLogs(db, { includeDeleted: true }, firstPage)],
  [
    'audit, resource',
    (db) => listAuditLogs(db, { ...visible, resourceId: 'ses_00000000000000000000000042' }, firstPage),
  ],
  ['audit, action', (db) => listAuditLogs(db, { ...visible, action: 'exported' }, firstPage)],
  ['audit, type', (db) => listAuditLogs(db, { ...visible, resourceType: 'setting' }, firstPage)],
  [
    'audit, type in a day',
    (db) => listAuditLogs(db, { ...visible, resourceType: 'user', ...day }, firstPage),
  ],
  [
    'audit, actor',
    (db) => listAuditLogs(db, { ...visible, actorId: 'usr_00000000000000000000000042' }, firstPage),
  ],
  [
    'audit, type and action',
    (db) => listAuditLogs(db, { ...visible, resourceType: 'gate', action: 'revoked' }, firstPage),
  ],
  ['user statistics (cached 1 h)', (db) => readUserStats(db)],
  ['audit facets', (db) => countAuditFacets(db, visible)],
];

/** Every read with our indexes and, in the same run, without them. */
export async function benchReads(pool: Pool, rows: number, folder: string): Promise<void> {
  const withIndexes: [string, Measured, string][] = [];
  for (const [name, work] of queries) {
    withIndexes.push([name, await measure(() => work(pool)), await planOf(pool, work)]);
  }
  await benchPages(pool, rows);
  await benchEager(pool);
  await dropIndexes(pool, folder);
  const without: Measured[] = [];
  for (const [, work] of queries) without.push(await measure(() => work(pool)));
  await buildIndexes(pool, folder);
  table(
    [`${rows} rows`, 'mean ms', 'p95 ms', 'queries', 'without our indexes, mean ms', 'ratio', 'read by'],
    withIndexes.map(([name, measured, plan], index) => [
      name,
      ms(measured.meanMs),
      ms(measured.p95Ms),
      String(measured.queries),
      ms(without[index]!.meanMs),
      `${(without[index]!.meanMs / measured.meanMs).toFixed(1)}×`,
      plan,
    ]),
  );
}

/** Page 1 and the last one by cursor, and the last one by OFFSET. */
async function benchPages(pool: Pool, rows: number): Promise<void> {
  const page = rows / 20;
  const { rows: keys } = await pool.query<{ at: string; id: string }>(
    'select created_at as at, id from users order by created_at desc, id desc offset $1 limit 1',
    [rows - 21],
  );
  const deep: PageRequest = { limit: 20, position: { direction: 'next', key: keys[0]!, inclusive: false } };
  const offset = 'select * from users order by created_at desc, id desc limit 21 offset $1';
  const page1 = timed(() => listUsers(pool, {}, firstPage));
  const pageN = timed(() => listUsers(pool, {}, deep));
  // The two take turns, so that any other load falls on both. The median ignores outliers.
  for (let turn = 0; turn < 300; turn += 1) {
    await page1.run();
    await pageN.run();
  }
  const byOffset = await measure(() => pool.query(offset, [rows - 20]));
  const [one, end] = [page1.median(), pageN.median()];
  table(
    [`${rows} users, 20 a page`, 'ms', 'against page 1'],
    [
      ['page 1', ms(one), '1.00×'],
      [`page ${page}, cursor`, ms(end), `${(end / one).toFixed(2)}×`],
      [`page ${page}, OFFSET`, ms(byOffset.meanMs), `${(byOffset.meanMs / one).toFixed(0)}×`],
    ],
  );
}

/** A hundred users with what each did last: two queries, and one for each user as it is without care. */
async function benchEager(pool: Pool): Promise<void> {
  const page: PageRequest = { limit: 100, position: undefined };
  const idsOf = async (): Promise<string[]> =>
    (await listUsers(pool, {}, page)).slice(0, 100).map((user) => user.id);
  const eager = await measure(async () => listAuditLogsOfUsers(pool, await idsOf()));
  const oneByOne = await measure(async () => {
    for (const id of await idsOf()) await listAuditLogsOfUsers(pool, [id]);
  });
  table(
    ['100 users with their audit logs', 'mean ms', 'p95 ms', 'queries'],
    [
      ['together', ms(eager.meanMs), ms(eager.p95Ms), String(eager.queries)],
      ['one by one', ms(oneByOne.meanMs), ms(oneByOne.p95Ms), String(oneByOne.queries)],
    ],
  );
}
