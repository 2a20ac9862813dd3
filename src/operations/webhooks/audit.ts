import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';

/** Why something happens to a webhook. */
export interface WebhookCause {
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason?: string | undefined;
  readonly id: string;
}

export function auditWebhook(
  tx: Tx,
  { principal, origin, reason, id }: WebhookCause,
  entry: Pick<AuditEntry, 'action' | 'before' | 'after'>,
): Promise<void> {
  return recordAudit(tx, {
    actor: principal,
    origin,
    resourceType: 'webhook',
    resourceId: id,
    ...(reason === undefined ? {} : { reason }),
    ...entry,
  });
}
