import type { AuditResource } from '../../contracts/audit/log.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import type { RecordStore } from '../../db/notifications/record-store.js';

/** The requesting person, and the reason. */
export interface AskedBy {
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason?: string | undefined;
}

interface KnownRecord {
  readonly id: string;
  readonly version?: number;
}

export interface RecordKind<Row extends KnownRecord, New, Change> {
  readonly store: Pick<RecordStore<Row, New, Change, never>, 'lock' | 'insert' | 'update' | 'remove'>;
  readonly resourceType: AuditResource;
  /** The field that names another record, for the refusal when that is not there. */
  readonly belongsTo?: string;
  /** The fields that the audit log keeps of it. */
  auditState(row: Row): Record<string, unknown>;
}

export async function createRecord<Row extends KnownRecord, New>(
  tx: Tx,
  kind: RecordKind<Row, New, never>,
  { values, by }: { readonly values: New; readonly by: AskedBy },
): Promise<Row> {
  const row = await refusing(kind, () => kind.store.insert(tx, values));
  await recordAudit(tx, { ...entryOf(kind, row.id, by), action: 'created', after: kind.auditState(row) });
  return row;
}

export interface RecordChange<Change> {
  readonly id: string;
  readonly change: Change;
  /** Throws when the caller has read another version. */
  readonly checkVersion: (version: number) => void;
  readonly by: AskedBy;
}

export async function changeRecord<Row extends KnownRecord, Change>(
  tx: Tx,
  kind: RecordKind<Row, never, Change>,
  { id, change, checkVersion, by }: RecordChange<Change>,
): Promise<Row> {
  const before = await kind.store.lock(tx, id);
  if (before === undefined) throw new Refusal('not_found');
  checkVersion(before.version ?? 0);
  const after = await refusing(kind, () => kind.store.update(tx, id, change));
  await recordAudit(tx, {
    ...entryOf(kind, id, by),
    action: 'updated',
    before: kind.auditState(before),
    after: kind.auditState(after),
  });
  return after;
}

export async function removeRecord<Row extends KnownRecord>(
  tx: Tx,
  kind: RecordKind<Row, never, never>,
  { id, checkVersion, by }: Omit<RecordChange<never>, 'change'>,
): Promise<void> {
  const before = await kind.store.lock(tx, id);
  if (before === undefined) throw new Refusal('not_found');
  checkVersion(before.version ?? 0);
  await kind.store.remove(tx, id);
  await recordAudit(tx, { ...entryOf(kind, id, by), action: 'deleted', before: kind.auditState(before) });
}

function entryOf(
  { resourceType }: Pick<RecordKind<KnownRecord, never, never>, 'resourceType'>,
  resourceId: string,
  { principal, origin, reason }: AskedBy,
): Pick<AuditEntry, 'actor' | 'origin' | 'resourceType' | 'resourceId' | 'reason'> {
  const entry = { actor: principal, origin, resourceType, resourceId };
  return reason === undefined ? entry : { ...entry, reason };
}

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

async function refusing<Result>(
  { belongsTo = '' }: { readonly belongsTo?: string },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === UNIQUE_VIOLATION) throw new Refusal('already_exists', { cause: error });
    if (code !== FOREIGN_KEY_VIOLATION) throw error;
    const errors = [{ path: belongsTo, message: 'there is no such record' }];
    throw new Refusal('validation_error', { errors, cause: error });
  }
}
