import {
  condition,
  continueAsNew,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { webhookDueSignal } from '../../contracts/names.js';
import type { DeliverDueReply, DeliverWebhooksInput } from '../../contracts/webhooks/workflow.js';
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
    setCurrentDetails(describe(reply));
    if (reply.nextInMs === null && !woken) return;
    if (reply.nextInMs !== null && reply.nextInMs > 0) await condition(() => woken, reply.nextInMs);
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof deliverWebhooks>(input);
  }
}

function describe({ delivered, failed, waiting, nextInMs, lastError }: DeliverDueReply): string {
  const done = `**${delivered}** delivered, **${failed}** failed attempts, **${waiting}** waiting`;
  const next = nextInMs === null ? '' : `\n\nnext attempt in ${Math.ceil(Math.max(0, nextInMs) / 1_000)} s`;
  return `${done}${next}${lastError === null ? '' : `\n\nlast failure: ${lastError}`}`;
}
