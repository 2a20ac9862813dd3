/** What the workflow of the daily run and its activity say to each other. */
export interface FireNotificationsInput {
  /** The moment that was due, RFC 3339: however often it is told, it gives one run. */
  readonly scheduledAt: string;
}

export type NotificationFiring =
  | { readonly outcome: 'started'; readonly jobId: string }
  /** Why there is no run this time. */
  | { readonly outcome: 'skipped'; readonly reason: string };

export interface NotificationScheduleActivities {
  fireNotifications(input: FireNotificationsInput): Promise<NotificationFiring>;
}
