import { ApplicationFailure } from '@temporalio/common';
import type { StepError } from '../../db/runs/checkpoints.js';

const LONGEST_MESSAGE = 2_000;
const DEEPEST = 5;

/** A failure as the dead letters keep it, for administrators: its type and its message, cut to a length. */
export function describeFailure(error: unknown): StepError {
  const message = messagesOf(error).join(' ← ').slice(0, LONGEST_MESSAGE);
  if (!(error instanceof Error)) return { type: 'Unknown', message };
  const type = error instanceof ApplicationFailure ? (error.type ?? error.name) : error.name;
  return { type, message };
}

/** Its own message, and those of its causes, which its owner does not see. */
function messagesOf(error: unknown, depth = 0): string[] {
  const { message = String(error), cause } = (error ?? {}) as Partial<Error>;
  return cause === undefined || depth === DEEPEST ? [message] : [message, ...messagesOf(cause, depth + 1)];
}
