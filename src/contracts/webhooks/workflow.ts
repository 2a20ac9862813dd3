/** Messages between the workflow of a webhook and its activity. Each is a single object; fields may be added. */
export interface DeliverWebhooksInput {
  readonly webhookId: string;
}

export interface DeliverDueReply {
  readonly delivered: number;
  readonly failed: number;
  /** Deliveries that still wait for an attempt. */
  readonly waiting: number;
  /** Until the next attempt is due; null when nothing waits. */
  readonly nextInMs: number | null;
  /** Of the last attempt that failed in this run, for people. */
  readonly lastError: string | null;
}

export interface WebhookActivities {
  /** Delivers what is due, for a few seconds at most. */
  deliverDue(input: DeliverWebhooksInput): Promise<DeliverDueReply>;
}
