/** The arguments that start a run's workflow. All of it stands in the row, so anybody can. */
export interface StartableRun {
  readonly id: string;
  readonly title: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly taskQueue: string;
  readonly workflowInput: Readonly<Record<string, unknown>>;
}
