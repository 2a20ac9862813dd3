import { ApplicationFailure } from '@temporalio/common';
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { workflowIdOf } from '../contracts/names.js';
import { Problem, type ProblemCode } from '../contracts/problems.js';
import type { SessionCommand, SessionRefusal } from '../domain/session-commands.js';
import type { SessionProgress } from '../domain/session-progress.js';

const COMMAND_DEADLINE_MS = 5_000;

const refusals: Record<SessionRefusal, ProblemCode> = {
  already_finished: 'already_finished',
  not_waiting: 'not_waiting',
  stale_approval: 'stale_approval',
  nothing_due: 'nothing_due',
  phase_gate: 'phase_gate',
  step_not_reached: 'step_not_reached',
};

/**
 * Asks a session's workflow to take a command and waits until it accepted or refused it.
 * `commandId` is the Update's id: the same command sent again, after a timeout or a crash, takes effect once.
 */
export async function sendSessionCommand(
  client: Client,
  sessionId: string,
  command: SessionCommand,
  commandId: string,
): Promise<SessionProgress> {
  const handle = client.workflow.getHandle(workflowIdOf('cot-session', sessionId));
  try {
    return await client.withDeadline(Date.now() + COMMAND_DEADLINE_MS, () =>
      handle.executeUpdate<SessionProgress, [SessionCommand]>('sessionCommand', {
        args: [command],
        updateId: commandId,
      }),
    );
  } catch (error) {
    throw commandProblem(error);
  }
}

function commandProblem(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const code = refusals[error.cause.type as SessionRefusal];
    const [current] = (error.cause.details ?? []) as [SessionProgress?];
    if (code !== undefined) return new Problem(code, { extra: { current: current ?? null }, cause: error });
  }
  const unanswered =
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    error instanceof WorkflowNotFoundError ||
    isGrpcServiceError(error);
  if (!unanswered) return error;
  const detail = 'Nothing was lost: send the same command with the same Idempotency-Key again.';
  return new Problem('workflow_unavailable', { detail, headers: { 'Retry-After': '3' }, cause: error });
}
