/**
 * Messages between the workflow of a report schedule and its activity. Each is a single object; fields may be added.
 */
export interface StartScheduledReportInput {
  readonly scheduleId: string;
}

export interface FireReportScheduleInput extends StartScheduledReportInput {
  /** The due moment, RFC 3339: with the schedule it names the firing, however often it fires. */
  readonly scheduledAt: string;
}

export type FiringOutcome =
  | { readonly outcome: 'started'; readonly jobId: string }
  /** Why there is no report this time. */
  | { readonly outcome: 'skipped'; readonly reason: string }
  /** The schedule is no more. */
  | { readonly outcome: 'gone' };

export interface ReportScheduleActivities {
  fireReportSchedule(input: FireReportScheduleInput): Promise<FiringOutcome>;
}
