import { canRedo, type RedoPoint } from './redo-point.js';
import type { ContentRef, DecisionChannel, SessionState } from './state.js';

export interface Decider {
  /** Null when a signal or the clock decided. */
  readonly userId: string | null;
  readonly via: DecisionChannel;
  /** Of the request that brought it, for the audit log. Signals have none, and older histories only the id. */
  readonly requestId?: string;
  readonly ip?: string | null;
  readonly userAgent?: string | null;
  /** Of the Update that brought it, as the workflow saw it. */
  readonly commandId?: string;
  /** By which the API vouches for all of this. */
  readonly signature?: string;
}

/**
 * The content that a reviewer saw. Equal bytes of a later attempt are not what was seen, so the digest alone does not
 * name it.
 */
export interface GateName {
  readonly id: string;
  readonly attempt: number;
  readonly digest: string;
}

/**
 * Commands of a session. Every command names who asks; content travels by reference. `gate` is the gate that was open
 * when the API took the request; null when none was. A decision from the Temporal side has none: it is about the gate
 * that is open when it arrives.
 */
export type SessionCommand =
  | {
      kind: 'approve';
      by: Decider;
      gate?: GateName | null;
      digest: string | null;
      comment: string | null;
      notes: ContentRef | null;
    }
  | {
      kind: 'edit';
      by: Decider;
      gate?: GateName | null;
      digest: string;
      comment: string | null;
      output: ContentRef;
      notes: ContentRef | null;
    }
  | { kind: 'reject'; by: Decider; gate?: GateName | null; digest: string | null; comment: string | null }
  | {
      kind: 'redo';
      by: Decider;
      gate?: GateName | null;
      from: RedoPoint;
      /** Set when the redo is the decision at a gate: it must be the gate that the reviewer saw. */
      digest: string | null;
      comment: string | null;
      instructions: ContentRef | null;
      input: ContentRef | null;
      model: string | null;
    }
  | { kind: 'run_due_step'; by: Decider; instructions: ContentRef | null; model: string | null }
  | { kind: 'go_on'; by: Decider; instructions: ContentRef | null; model: string | null }
  | { kind: 'skip_step'; by: Decider; gap: string }
  | { kind: 'finish_early'; by: Decider; reason: string | null }
  | { kind: 'pause'; by: Decider; reason: string | null }
  | { kind: 'resume'; by: Decider; reason: string | null }
  | { kind: 'cancel'; by: Decider; reason: string | null };

export type SessionRefusal =
  | 'already_finished'
  | 'not_waiting'
  | 'stale_approval'
  | 'nothing_due'
  | 'phase_gate'
  | 'step_not_reached'
  /** Nothing is wrong with it, and there is nothing to do. Refused, it leaves nothing in the history. */
  | 'unchanged';

/** Somebody sends a command again within minutes; by then the session has not taken this many others. */
const KEPT_COMMANDS = 50;

export function withTaken(state: SessionState, commandId: string): SessionState {
  return { ...state, taken: [...(state.taken ?? []), commandId].slice(-KEPT_COMMANDS) };
}

export function hasTaken({ taken = [] }: SessionState, commandId: string): boolean {
  return taken.includes(commandId);
}

/** Why a command cannot be accepted now; null when it can. Never looks at the clock: it runs as an Update's validator. */
export function refusalOf(state: SessionState, command: SessionCommand): SessionRefusal | null {
  if (state.ending !== null) return 'already_finished';
  switch (command.kind) {
    case 'approve':
    case 'edit':
    case 'reject':
      return gateRefusal(state, command);
    case 'redo':
      return redoRefusal(state, command);
    case 'run_due_step':
      return isDue(state) ? null : 'nothing_due';
    case 'go_on':
      if (state.waiting.kind === 'gate') return 'phase_gate';
      return isDue(state) ? null : 'nothing_due';
    case 'skip_step':
    case 'finish_early':
      return state.waiting.kind === 'attention' ? null : 'nothing_due';
    case 'pause':
      return state.pausedAtMs === null ? null : 'unchanged';
    case 'resume':
      return state.pausedAtMs === null ? 'unchanged' : null;
    case 'cancel':
      return null;
  }
}

/** The gate that waits for a decision now, by its name. */
export function openGateOf({ waiting }: SessionState): GateName | null {
  if (waiting.kind !== 'gate') return null;
  const { id, attempt, digest } = waiting.gate;
  return { id, attempt, digest };
}

function isDue(state: SessionState): boolean {
  return state.waiting.kind === 'trigger' || state.waiting.kind === 'attention';
}

/** Why a decision about what its sender saw is not taken at this gate; null when it is. */
export function gateRefusal(
  state: SessionState,
  { gate: seen, digest }: { gate?: GateName | null; digest: string | null },
): SessionRefusal | null {
  if (state.waiting.kind !== 'gate' || seen === null) return 'not_waiting';
  const { gate } = state.waiting;
  if (digest !== null && digest !== gate.digest) return 'stale_approval';
  return seen === undefined || isSameGate(seen, gate) ? null : 'stale_approval';
}

function isSameGate(one: GateName, other: GateName): boolean {
  return one.id === other.id && one.attempt === other.attempt && one.digest === other.digest;
}

function redoRefusal(
  state: SessionState,
  command: Extract<SessionCommand, { kind: 'redo' }>,
): SessionRefusal | null {
  const { from, digest, gate } = command;
  if (digest !== null || gate !== undefined) {
    const refusal = gateRefusal(state, command);
    if (refusal !== null) return refusal;
  }
  return canRedo(state, from) ? null : 'step_not_reached';
}
