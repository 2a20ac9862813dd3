import type { DeliverDueReply } from '../../contracts/webhooks/workflow.js';

/** The deliveries of an endpoint in a few lines of Markdown, for readers of the Temporal Web UI. */
export function describeDeliveries({
  delivered,
  failed,
  waiting,
  nextInMs,
  lastError,
}: DeliverDueReply): string {
  const done = `**${delivered}** delivered, **${failed}** failed attempts, **${waiting}** waiting`;
  const next = nextInMs === null ? '' : `next attempt in ${Math.ceil(Math.max(0, nextInMs) / 1_000)} s`;
  const failure = lastError === null ? '' : `last failure: ${lastError}`;
  return [done, next, failure].filter((part) => part !== '').join('\n\n');
}
