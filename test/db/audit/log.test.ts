import { recordAudit, recordAudits } from '../../../src/db/audit/log.js';
import { listAuditLogs } from '../../../src/db/audit/query.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { testAdmin, writeEntry } from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';
import { countQueries } from '../../support/query-count.js';

const database = useDatabase();
const everything = { includeDeleted: true };
const firstPage = { limit: 100, position: undefined };

async function entriesOf(resourceId: string) {
  return listAuditLogs(database.pool, { ...everything, resourceId }, firstPage);
}

test('an entry keeps the actor as they were, the difference, the request and the reason', async () => {
  await writeEntry(database.pool, {
    action: 'role_changed',
    resourceId: 'usr_kept',
    before: { role: 'ADMIN', name: 'B' },
    after: { role: 'ANALYST', name: 'B' },
    reason: 'left the team',
    origin: { requestId: 'req_1', ip: '10.0.0.1', userAgent: 'curl' },
  });
  const [entry] = await entriesOf('usr_kept');
  expect(entry).toMatchObject({
    actor_id: testAdmin.userId,
    actor_name: 'Ada',
    actor_email: 'admin@example.org',
    actor_role: 'ADMIN',
    action: 'role_changed',
    before: { role: 'ADMIN' },
    after: { role: 'ANALYST' },
    reason: 'left the team',
    request_id: 'req_1',
    origin: { ip: '10.0.0.1', userAgent: 'curl' },
    is_deleted: false,
    seq: null,
  });
  expect(entry!.timestamp).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/);
});

test('what the system does by itself has no actor id', async () => {
  await writeEntry(database.pool, { actor: { system: 'retention' }, resourceId: 'usr_system' });
  const [entry] = await entriesOf('usr_system');
  expect(entry).toMatchObject({
    actor_id: null,
    actor_name: 'retention',
    actor_role: 'SYSTEM',
    before: null,
  });
});

test('a change that rolls back leaves no entry', async () => {
  const refused = withTransaction(database.pool, async (tx) => {
    await recordAudit(tx, {
      actor: testAdmin,
      action: 'created',
      resourceType: 'user',
      resourceId: 'usr_never',
    });
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  expect(await entriesOf('usr_never')).toEqual([]);
});

test('one entry or a thousand are one statement', async () => {
  const entry = {
    actor: testAdmin,
    action: 'imported',
    resourceType: 'office',
    resourceId: 'off_many',
  } as const;
  const { queries } = await countQueries(() =>
    withTransaction(database.pool, (tx) =>
      recordAudits(
        tx,
        Array.from({ length: 1_000 }, () => entry),
      ),
    ),
  );
  expect(queries).toBe(3);
  expect(await entriesOf('off_many')).toHaveLength(101);
});

test.each([
  ['changed', `update audit_logs set action = 'harmless'`],
  ['changed with a deletion mark', `update audit_logs set is_deleted = true, action = 'harmless'`],
  ['deleted', 'delete from audit_logs'],
  ['truncated', 'truncate audit_logs'],
  ['unlinked', 'delete from audit_chain'],
])('an entry cannot be %s', async (_what, statement) => {
  await writeEntry(database.pool);
  const { pool } = database;
  if (statement.endsWith('chain'))
    await pool.query(`insert into audit_chain values (1, 'aud_x', '\\x00', '\\x00')`);
  await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' });
});

test('a deletion mark can be set and never be taken back', async () => {
  await writeEntry(database.pool, { resourceId: 'usr_hidden' });
  await database.pool.query(`update audit_logs set is_deleted = true where resource_id = 'usr_hidden'`);
  await expect(
    database.pool.query(`update audit_logs set is_deleted = false where resource_id = 'usr_hidden'`),
  ).rejects.toMatchObject({ code: '42501' });
});
