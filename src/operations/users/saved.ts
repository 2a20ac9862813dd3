import { newId, type IdKind } from '../../contracts/ids.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';

/** A kind of record that a person keeps under an own name, for example a view of a list. */
export interface SavedKind<Row, New, Change> {
  readonly idKind: IdKind;
  /** The refusal when the owner has one of that name. */
  readonly taken: string;
  /** Undefined: the name is taken. */
  insert(tx: Tx, values: New & { readonly id: string; readonly ownerId: string }): Promise<Row | undefined>;
  /** The owner's alone, under its lock. */
  lock(tx: Tx, ownerId: string, id: string): Promise<Row | undefined>;
  /** Undefined: the name is taken. */
  update(tx: Tx, id: string, change: Change): Promise<Row | undefined>;
  remove(tx: Tx, id: string): Promise<number>;
  /** The state in the audit log; null where a change is nobody else's concern and leaves no entry. */
  readonly auditState: ((row: Row) => Record<string, unknown>) | null;
}

interface AskedBy {
  readonly principal: Principal;
  readonly origin: Origin;
}

export async function createSaved<Row, New>(
  tx: Tx,
  kind: SavedKind<Row, New, never>,
  { values, ...by }: AskedBy & { readonly values: New },
): Promise<{ readonly id: string; readonly made: Row }> {
  const id = newId(kind.idKind);
  const made = await kind.insert(tx, { ...values, id, ownerId: by.principal.userId });
  if (made === undefined) throw new Refusal('already_exists', { detail: kind.taken });
  await audit(tx, by, { action: 'created', resourceId: id, ...stateOf(kind, 'after', made) });
  return { id, made };
}

export async function changeSaved<Row, Change>(
  tx: Tx,
  kind: SavedKind<Row, never, Change>,
  { id, change, ...by }: AskedBy & { readonly id: string; readonly change: Change },
): Promise<Row> {
  const before = await requireOwn(tx, kind, { id, ...by });
  const after = await kind.update(tx, id, change);
  if (after === undefined) throw new Refusal('already_exists', { detail: kind.taken });
  const states = { ...stateOf(kind, 'before', before), ...stateOf(kind, 'after', after) };
  await audit(tx, by, { action: 'updated', resourceId: id, ...states });
  return after;
}

export async function removeSaved<Row>(
  tx: Tx,
  kind: SavedKind<Row, never, never>,
  { id, ...by }: AskedBy & { readonly id: string },
): Promise<void> {
  const before = await requireOwn(tx, kind, { id, ...by });
  await kind.remove(tx, id);
  await audit(tx, by, { action: 'deleted', resourceId: id, ...stateOf(kind, 'before', before) });
}

/** A shared one is read by everybody and changed by its owner alone. */
async function requireOwn<Row>(
  tx: Tx,
  kind: SavedKind<Row, never, never>,
  { id, principal }: AskedBy & { readonly id: string },
): Promise<Row> {
  const found = await kind.lock(tx, principal.userId, id);
  if (found === undefined) throw new Refusal('not_found');
  return found;
}

function stateOf<Row>(
  { auditState }: SavedKind<Row, never, never>,
  when: 'before' | 'after',
  row: Row,
): Pick<AuditEntry, 'before' | 'after'> {
  return auditState === null ? {} : { [when]: auditState(row) };
}

async function audit(
  tx: Tx,
  { principal, origin }: AskedBy,
  entry: Pick<AuditEntry, 'action' | 'resourceId' | 'before' | 'after'>,
): Promise<void> {
  if (entry.before === undefined && entry.after === undefined) return;
  await recordAudit(tx, { actor: principal, origin, resourceType: 'setting', ...entry });
}
