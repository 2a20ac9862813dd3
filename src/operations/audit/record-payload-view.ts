import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';

export interface PayloadView {
  readonly principal: Principal;
  readonly origin: Origin;
  readonly count: number;
  /** References were followed to their content. */
  readonly followed: boolean;
}

/** The Web UI does not say whose workflow it shows: the entry names who looked, when, and at how much. */
export async function recordPayloadView(
  tx: Tx,
  { principal, origin, count, followed }: PayloadView,
): Promise<void> {
  if (count === 0) return;
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'payloads.view',
    resourceType: 'setting',
    resourceId: 'temporal-payloads',
    after: { payloads: count, followed },
  });
}
