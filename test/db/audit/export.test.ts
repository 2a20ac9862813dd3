import { verifyAuditRecords, type AuditRecord } from '../../../src/crypto/audit-file.js';
import type { AuditFilters } from '../../../src/contracts/audit/log.js';
import { auditExportRecords } from '../../../src/db/audit/export.js';
import { emptyLog, seal, tamper, testAuditKeys, writeEntry } from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';
import { hideEntryOf } from '../../support/audit/hide-entry.js';

const database = useDatabase();
const everything: AuditFilters = { includeDeleted: true };

beforeEach(async () => {
  await emptyLog(database.pool);
  for (const resourceId of ['usr_1', 'usr_2', 'usr_3']) await writeEntry(database.pool, { resourceId });
  await seal(database.pool);
});

/** Whether each entry is marked as hidden, a link as null, and what a stranger finds about the file. */
async function exported(filters: AuditFilters) {
  const records: AuditRecord[] = [];
  for await (const record of auditExportRecords(database.pool, filters, testAuditKeys.signer))
    records.push(record);
  const verdict = await verifyAuditRecords(() => streamOf(records));
  const marks = records
    .filter(({ type }) => type === 'entry' || type === 'link')
    .map((record) => (record.type === 'entry' ? record.isDeleted : null));
  return { marks, valid: verdict.valid, reason: verdict.firstBroken?.reason };
}

async function* streamOf(records: readonly AuditRecord[]): AsyncGenerator<AuditRecord> {
  yield* await Promise.resolve(records);
}

test('a reader that takes its time holds no snapshot and no connection', async () => {
  const records = auditExportRecords(database.pool, everything, testAuditKeys.signer);
  for (let read = 0; read < 2; read += 1) await records.next();
  const { rows } = await database.pool.query(
    `select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and (xact_start is not null or backend_xmin is not null)`,
  );
  expect(rows).toEqual([]);
  expect(database.pool.idleCount).toBe(database.pool.totalCount);
  await records.return(undefined);
});

test('a file whose beginning was taken away meanwhile is refused, and not made with a gap', async () => {
  const first = auditExportRecords(database.pool, everything, testAuditKeys.signer);
  await first.next();
  await tamper(database.pool, 'delete from audit_chain where seq = (select min(seq) from audit_chain)');
  await expect(first.next()).rejects.toThrow('shortened');
});

test('an entry is marked as hidden when the file has what hid it', async () => {
  await hideEntryOf(database.pool, 'usr_2');
  await seal(database.pool);
  expect(await exported(everything)).toMatchObject({ marks: [false, true, false, false], valid: true });
});

test('an entry that was hidden after the chain ended is not hidden in the file', async () => {
  await hideEntryOf(database.pool, 'usr_2');
  expect(await exported(everything)).toMatchObject({ marks: [false, false, false], valid: true });
});

test('an entry that was hidden after the last one of the file is not hidden in it', async () => {
  await hideEntryOf(database.pool, 'usr_2');
  await seal(database.pool);
  const users = { ...everything, resourceType: 'user' } as const;
  expect(await exported(users)).toMatchObject({ marks: [false, false, false], valid: true });
});

test('an entry that was hidden at any time stays out of a file without hidden ones', async () => {
  await hideEntryOf(database.pool, 'usr_2');
  const shown = { includeDeleted: false };
  expect(await exported(shown)).toMatchObject({ marks: [false, null, false], valid: true });
  await seal(database.pool);
  expect(await exported(shown)).toMatchObject({ marks: [false, null, false, false], valid: true });
});

test('what hid an entry may be among what the filter left out', async () => {
  await hideEntryOf(database.pool, 'usr_2');
  await writeEntry(database.pool, { resourceId: 'usr_4' });
  await seal(database.pool);
  const users = { ...everything, resourceType: 'user' } as const;
  expect(await exported(users)).toMatchObject({ marks: [false, true, false, null, false], valid: true });
});

test.each([
  [
    'an entry that was hidden past the program',
    `update audit_logs set is_deleted = true where resource_id = 'usr_1'`,
    'hidden_without_entry',
  ],
  [
    'a hidden entry that was brought back past the program',
    `update audit_logs set is_deleted = false where resource_id = 'usr_2'`,
    'shown_though_hidden',
  ],
])('%s is found in the file', async (_what, statement, reason) => {
  await hideEntryOf(database.pool, 'usr_2');
  await seal(database.pool);
  await tamper(database.pool, statement);
  expect(await exported(everything)).toMatchObject({ valid: false, reason });
});
