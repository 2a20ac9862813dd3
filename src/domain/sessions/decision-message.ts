import { gateRefusal, openGateOf, type SessionRefusal } from './commands.js';
import type { SessionState } from './state.js';
import { isRecord, oneOf, problemOf, textOf, type Check } from '../message-checks.js';

/** How long the texts of a decision may be, by whichever way it comes. */
export const decisionLimits = {
  digest: 64,
  comment: 4_000,
  notes: 20_000,
  instructions: 20_000,
  edits: 900_000,
} as const;

export const decisions = ['approve', 'edit', 'redo', 'reject'] as const;

/** The argument of the signal `proceed-next-phase`, sent from the Temporal Web UI and CLI. */
export interface ProceedMessage {
  readonly comment?: string;
  readonly notes?: string;
  readonly outputDigest?: string;
}

/** By update: the body of the decide route. Without `gateId` it is about the gate that is open. */
export interface DecideGateMessage extends ProceedMessage {
  readonly gateId?: string;
  readonly decision: (typeof decisions)[number];
  readonly edits?: string | Record<string, unknown>;
  readonly instructions?: string;
}

const approval: Record<string, Check> = {
  comment: textOf(0, decisionLimits.comment),
  notes: textOf(0, decisionLimits.notes),
  outputDigest: textOf(1, decisionLimits.digest),
};
const decision: Record<string, Check> = {
  ...approval,
  gateId: textOf(1, decisionLimits.digest),
  decision: oneOf(decisions),
  edits: (value) => (isRecord(value) ? null : textOf(1, decisionLimits.edits)(value)),
  instructions: textOf(1, decisionLimits.instructions),
};

/** The problem of a signal's argument; null without one. By hand: zod stays out of the workflow's bundle. */
export function problemOfProceed(given: unknown): string | null {
  return problemOf(given, approval);
}

/** The same of the argument of an update. */
export function problemOfDecision(given: unknown): string | null {
  const problem = problemOf(given, decision);
  if (problem !== null) return problem;
  const { decision: verb, edits, instructions, outputDigest } = given as Partial<DecideGateMessage>;
  if (verb === undefined) return `decision: must be one of ${decisions.join(', ')}`;
  if (verb !== 'redo' && instructions !== undefined) return 'instructions: are for the decision redo alone';
  if (verb !== 'edit') return edits === undefined ? null : 'edits: are for the decision edit alone';
  if (edits === undefined) return 'edits: is needed for the decision edit';
  return outputDigest === undefined ? 'outputDigest: is needed for the decision edit' : null;
}

/** Why a well-formed decision is not taken now; null when it is. */
export function refusalOfDecision(
  state: SessionState,
  { gateId, outputDigest }: DecideGateMessage,
): SessionRefusal | null {
  if (state.ending !== null) return 'already_finished';
  const open = openGateOf(state);
  const digest = outputDigest ?? null;
  if (open === null || gateId === undefined) return gateRefusal(state, { digest });
  return gateRefusal(state, { gate: { ...open, id: gateId }, digest });
}
