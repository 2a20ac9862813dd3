export interface TemporalUi {
  readonly temporalUiUrl: string | undefined;
  readonly temporalNamespace: string;
}

/** The workflow in the Temporal Web UI; null when nobody said where that is. */
export function temporalLink(ui: TemporalUi, workflowId: string): string | null {
  return linkTo(ui, `workflows/${encodeURIComponent(workflowId)}`);
}

/** The same of a schedule. */
export function temporalScheduleLink(ui: TemporalUi, scheduleId: string): string | null {
  return linkTo(ui, `schedules/${encodeURIComponent(scheduleId)}`);
}

function linkTo({ temporalUiUrl, temporalNamespace }: TemporalUi, path: string): string | null {
  if (temporalUiUrl === undefined) return null;
  return `${temporalUiUrl.replace(/\/$/, '')}/namespaces/${temporalNamespace}/${path}`;
}
