/** Messages between the workflow of the daily run and its activity. */
export interface FireNotificationsInput {
  /** The due moment, RFC 3339: however often it fires, it gives one run. */
  readonly scheduledAt: string;
}

export type NotificationFiring =
  | { readonly outcome: 'started'; readonly jobId: string }
  /** Why there is no run this time. */
  | { readonly outcome: 'skipped'; readonly reason: string };

export interface NotificationScheduleActivities {
  fireNotifications(input: FireNotificationsInput): Promise<NotificationFiring>;
}
