/** An event as webhooks carry it: the names and the data that its other readers get. */
export interface WebhookEvent {
  readonly type: string;
  /** RFC 3339, when it happened. */
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event of a run, as it is stored. */
export interface DeliverableEvent extends WebhookEvent {
  readonly runId: string;
  readonly kind: string;
  readonly pos: number;
}

/** Larger bodies are refused by receivers; what was left out can be read from the run's events. */
const MOST_BYTES = 262_144;

/** The same event gives the same text, however often it is sent. */
export function webhookBody(event: WebhookEvent): string {
  const { type, at, data } = event;
  return JSON.stringify({ type, timestamp: at, data });
}

export function eventOfRun({ type, at, data, runId, kind, pos }: DeliverableEvent): WebhookEvent {
  const place = { pos, at, runId, kind };
  const whole = { type, at, data: { ...place, ...data, ...place } };
  return new TextEncoder().encode(webhookBody(whole)).length <= MOST_BYTES
    ? whole
    : { type, at, data: { ...place, truncated: true } };
}
