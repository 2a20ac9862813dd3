/** The names of everything that can happen to a run, as readers, webhooks and metrics know them. */
export const eventNames = [
  'snapshot',
  'session.started',
  'phase.started',
  'step.started',
  'step.delta',
  'step.retrying',
  'step.completed',
  'step.failed',
  'phase.completed',
  'gate.opened',
  'gate.decided',
  'gate.expired',
  'progress',
  'usage',
  'budget.warning',
  'budget.exhausted',
  'session.paused',
  'session.resumed',
  'session.completed',
  'session.failed',
  'session.canceled',
  'job.started',
  'job.progress',
  'job.completed',
  'job.failed',
  'job.canceled',
] as const;

export type EventName = (typeof eventNames)[number];

const finalEvents: ReadonlySet<string> = new Set<EventName>([
  'session.completed',
  'session.failed',
  'session.canceled',
  'job.completed',
  'job.failed',
  'job.canceled',
]);

/** True for the event after which a run has no other. A stream ends with it. */
export function isFinalEvent(type: string): boolean {
  return finalEvents.has(type);
}
