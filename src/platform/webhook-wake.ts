import type { Client } from '@temporalio/client';
import { temporalDeadlines } from '../contracts/deadlines.js';
import { serviceWorkflows, taskQueues, webhookDueSignal, webhookWorkflowIdOf } from '../contracts/names.js';
import type { DeliverWebhooksInput } from '../contracts/webhooks/workflow.js';

/** Wakes the workflow of a webhook that has something to deliver. Waking it twice is harmless. */
export function createWebhookWake(client: Client): (webhook: { id: string; url: string }) => Promise<void> {
  return async ({ id, url }) => {
    const input: DeliverWebhooksInput = { webhookId: id };
    await client.withDeadline(Date.now() + temporalDeadlines.startMs, () =>
      client.workflow.signalWithStart(serviceWorkflows.webhooks, {
        workflowId: webhookWorkflowIdOf(id),
        taskQueue: taskQueues.flow,
        args: [input],
        signal: webhookDueSignal,
        signalArgs: [],
        // It ends when nothing waits, and begins again under the same id.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowTaskTimeout: '5s',
        // The path may hold what is not meant for everybody's eyes.
        staticSummary: new URL(url).host.slice(0, 100),
      }),
    );
  };
}
