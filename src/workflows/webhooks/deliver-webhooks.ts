import {
  condition,
  continueAsNew,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { webhookDueSignal } from '../../contracts/names.js';
import type { DeliverWebhooksInput } from '../../contracts/webhooks/workflow.js';
import { describeDeliveries } from '../../domain/webhooks/details.js';
import { deliveries } from './proxies.js';

const due = defineSignal(webhookDueSignal);

/**
 * Everything that one endpoint is sent. PostgreSQL holds the waiting deliveries and their times; this workflow works
 * through them.
 *
 * V1. Each endpoint has a workflow with one activity at a time: a dead endpoint delays only itself.
 * V2. It ends when nothing waits. A delivery that is queued at that moment wakes it, or starts the next one.
 */
export async function deliverWebhooks(input: DeliverWebhooksInput): Promise<void> {
  let woken = false;
  setHandler(due, () => void (woken = true));
  for (;;) {
    woken = false;
    const reply = await deliveries.deliverDue(input);
    setCurrentDetails(describeDeliveries(reply));
    if (reply.nextInMs === null && !woken) return;
    if (reply.nextInMs !== null && reply.nextInMs > 0) await condition(() => woken, reply.nextInMs);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deliverWebhooks>(input);
  }
}
