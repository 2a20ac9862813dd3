import { Refusal } from '../../contracts/refusal.js';
import type { NewRun } from '../../db/runs/runs.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { lockDelivery, releaseDelivery } from '../../db/notifications/deliveries.js';
import type { AskedBy } from './records.js';
import { insertDeadlineRun } from './start-run.js';

/**
 * A message that failed, or whose end is unknown, is sent once more: a person prefers twice to never. Its deadlines
 * are planned anew with their office: a closed one is left out.
 */
export async function resendDelivery(
  tx: Tx,
  id: string,
  { by, officeConcurrency }: { readonly by: AskedBy; readonly officeConcurrency: number },
): Promise<NewRun> {
  const delivery = await lockDelivery(tx, id);
  if (delivery === undefined) throw new Refusal('not_found');
  if (delivery.status !== 'unknown' && delivery.status !== 'failed') {
    throw new Refusal('conflict', {
      detail: 'Only an unknown or a failed message is sent once more.',
      facts: { status: delivery.status },
    });
  }
  await releaseDelivery(tx, id, 'resent');
  const body = { dry_run: false, office_ids: [delivery.office_id] };
  const run = await insertDeadlineRun(tx, { body, owner: by.principal, officeConcurrency });
  await recordAudit(tx, {
    actor: by.principal,
    origin: by.origin,
    action: 'message_resent',
    resourceType: 'staff',
    resourceId: delivery.staff_id,
    ...(by.reason === undefined ? {} : { reason: by.reason }),
    before: { delivery: id, status: delivery.status },
    after: { delivery: id, status: 'skipped', jobId: run.id },
  });
  return run;
}
