import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import { findAuditLog, hideAuditLog } from '../../db/audit/query.js';
import type { Tx } from '../../db/base/transaction.js';

export interface HidingAsked {
  readonly id: string;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason: string | undefined;
}

/** Hides an entry from the lists. It stays in the chain, and the hiding is an entry itself. Twice changes nothing. */
export async function hideEntry(tx: Tx, { id, principal, origin, reason }: HidingAsked): Promise<void> {
  if (!(await hideAuditLog(tx, id))) {
    if ((await findAuditLog(tx, id)) === undefined) throw new Refusal('not_found');
    return;
  }
  await recordAudit(tx, {
    actor: principal,
    origin,
    reason,
    action: 'deleted',
    resourceType: 'audit_log',
    resourceId: id,
    before: { isDeleted: false },
    after: { isDeleted: true },
  });
}
