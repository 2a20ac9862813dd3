import type { AuditFilters } from '../../../src/contracts/audit/log.js';
import type { UserFilters } from '../../../src/contracts/users/user.js';
import { listAuditLogs } from '../../../src/db/audit/query.js';
import type { PageRequest } from '../../../src/db/base/keyset.js';
import { listAuditLogsOfUsers, listUsers } from '../../../src/db/users/list.js';
import { useDatabase } from '../../support/servers/database.js';
import { plansOf, type QueryPlan } from '../../support/query-plan.js';
import { seedUsersAndAudit } from '../../support/audit/seed-users-audit.js';

const ROWS = 100_000;
const database = useDatabase();
const firstPage: PageRequest = { limit: 20, position: undefined };

beforeAll(async () => {
  await seedUsersAndAudit(database.pool, ROWS);
}, 300_000);

async function positionAt(table: 'users' | 'audit_logs', page: number): Promise<PageRequest> {
  const at = table === 'users' ? 'created_at' : 'timestamp';
  const { rows } = await database.pool.query<{ at: string; id: string }>(
    `select ${at} as at, id from ${table} order by ${at} desc, id desc offset $1 limit 1`,
    [page * 20],
  );
  return { limit: 20, position: { direction: 'next', key: rows[0]!, inclusive: false } };
}

function expectOnly(plan: QueryPlan, indexes: readonly string[]): void {
  const used = plan.nodes.map((node) => /idx_\w+/.exec(node)?.[0]).filter((name) => name !== undefined);
  expect([...new Set(used)].sort()).toEqual([...indexes].sort());
  expect(plan.nodes.filter((node) => node.startsWith('Seq Scan'))).toEqual([]);
}

test.each<[string, UserFilters, string[]]>([
  ['all', {}, ['idx_users_created_at_desc']],
  ['by role', { role: 'ADMIN' }, ['idx_users_role']],
  ['by activity', { isActive: false }, ['idx_users_created_at_is_active']],
  ['by role and activity', { role: 'ADMIN', isActive: false }, ['idx_users_role_is_active']],
  // Plans of one user. The estimate for a rare prefix comes from a sample and differs each time.
  [
    'by the beginning of a name',
    { q: 'Mia Sato 76828' },
    ['idx_users_name_prefix', 'idx_users_email_prefix'],
  ],
  ['by an e-mail address', { q: 'person77@' }, ['idx_users_name_prefix', 'idx_users_email_prefix']],
  ['by a beginning that very many share', { q: 'person' }, ['idx_users_created_at_desc']],
])('users %s come from the index meant for it', async (_what, filters, indexes) => {
  const [plan] = await plansOf(database.pool, (db) => listUsers(db, filters, firstPage));
  expectOnly(plan!, indexes);
});

test.each<[string, Partial<AuditFilters>, string[]]>([
  ['all', {}, ['idx_audit_logs_is_deleted_timestamp']],
  ['all, hidden ones too', { includeDeleted: true }, ['idx_audit_logs_is_deleted_timestamp']],
  ['by resource', { resourceId: 'ses_00000000000000000000000042' }, ['idx_audit_logs_resource_id']],
  ['by action', { action: 'exported' }, ['idx_audit_logs_action']],
  ['by kind of resource', { resourceType: 'setting' }, ['idx_audit_logs_resource_type_timestamp']],
  [
    'by kind of resource in a week',
    { resourceType: 'user', from: '2026-02-01T00:00:00Z', to: '2026-02-08T00:00:00Z' },
    ['idx_audit_logs_resource_type_timestamp'],
  ],
  [
    'in a day',
    { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' },
    ['idx_audit_logs_is_deleted_timestamp'],
  ],
  ['by actor', { actorId: 'usr_00000000000000000000000042' }, ['idx_audit_logs_actor_id']],
])('audit entries %s come from the index meant for it', async (_what, filters, indexes) => {
  const [plan] = await plansOf(database.pool, (db) =>
    listAuditLogs(db, { includeDeleted: false, ...filters }, firstPage),
  );
  expectOnly(plan!, indexes);
});

test('the audit entries of a page of users come from one range of an index each, in one statement', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => `usr_${(index + 1).toString(16).padStart(26, '0')}`);
  const plans = await plansOf(database.pool, (db) => listAuditLogsOfUsers(db, ids));
  expect(plans).toHaveLength(1);
  expectOnly(plans[0]!, ['idx_audit_logs_actor_id']);
});

test('page 4,900 reads as few rows as page 1, and without a sort', async () => {
  const deep = await positionAt('users', 4_900);
  const [plan] = await plansOf(database.pool, (db) => listUsers(db, {}, deep));
  expect(plan!.nodes).toEqual(['Limit', 'Index Scan idx_users_created_at_desc']);
  const { rows } = await database.pool.query<{
    'QUERY PLAN': [{ Plan: { Plans: [Record<string, number>] } }];
  }>(`explain (analyze, format json) ${plan!.text}`, [...plan!.values]);
  const scan = rows[0]!['QUERY PLAN'][0].Plan.Plans[0];
  expect(scan['Actual Rows']).toBe(21);
  expect(scan['Rows Removed by Filter'] ?? 0).toBe(0);
});
