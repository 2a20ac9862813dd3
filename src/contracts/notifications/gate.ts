/** A run that waits for a person: what its workflow, its activities and the API say to each other. */
export type RunGateKind = 'canary' | 'errors';

export interface OpenRunGateInput {
  readonly runId: string;
  readonly kind: RunGateKind;
  /** Which one of the run's gates it is: its id follows from it, however often it is opened. */
  readonly place: number;
  /** The subject of the decision, as Markdown. */
  readonly summary: string;
  readonly progress: object;
}

export interface OpenRunGate {
  readonly gateId: string;
  readonly digest: string;
}

export interface RunGateDecision {
  readonly gateId: string;
  readonly decision: 'approve' | 'reject';
  readonly userId: string;
  readonly via: 'api' | 'console';
  readonly comment: string | null;
  /** By which the API vouches for who decided. */
  readonly signature?: string;
}

/** The signed part. A gate is decided once, so its id stands for the command. */
export function vouchedRunGate(workflowId: string, decision: RunGateDecision) {
  const { gateId, decision: kind, userId, via } = decision;
  return { workflowId, commandId: gateId, kind, gate: gateId, by: { userId, via } };
}

export interface SettleRunGateInput {
  readonly runId: string;
  readonly decision: RunGateDecision;
}

export interface RunGateActivities {
  openRunGate(input: OpenRunGateInput): Promise<OpenRunGate>;
  settleRunGate(input: SettleRunGateInput): Promise<void>;
}
