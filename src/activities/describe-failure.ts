import { ApplicationFailure } from '@temporalio/common';
import type { StepError } from '../db/run-checkpoints.js';

const LONGEST_MESSAGE = 2_000;

/** A failure as the dead letters keep it, for administrators: its type, and its message in full but not for ever. */
export function describeFailure(error: unknown): StepError {
  if (!(error instanceof Error)) return { type: 'Unknown', message: String(error).slice(0, LONGEST_MESSAGE) };
  const type = error instanceof ApplicationFailure ? (error.type ?? error.name) : error.name;
  return { type, message: error.message.slice(0, LONGEST_MESSAGE) };
}
