export interface TemporalUi {
  readonly temporalUiUrl: string | undefined;
  readonly temporalNamespace: string;
}

/** The workflow in the Temporal Web UI; null when nobody said where that is. */
export function temporalLink(ui: TemporalUi, workflowId: string): string | null {
  if (ui.temporalUiUrl === undefined) return null;
  const base = ui.temporalUiUrl.replace(/\/$/, '');
  return `${base}/namespaces/${ui.temporalNamespace}/workflows/${encodeURIComponent(workflowId)}`;
}
