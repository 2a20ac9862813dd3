import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decideRunGateUpdate, type RunGateDecision } from '../../contracts/notifications/gate.js';
import { Problem } from '../../contracts/problems.js';
import type { RunGate } from '../../db/notifications/run-gates.js';

const DEADLINE_MS = 5_000;

/** Hands a decision to the workflow of a run and answers once it has it. The same command again takes effect once. */
export async function decideRunGate(
  client: Client,
  gate: RunGate,
  decision: RunGateDecision,
  commandId: string,
): Promise<void> {
  try {
    await client.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.getHandle(gate.workflowId).executeUpdate<void, [RunGateDecision]>(decideRunGateUpdate, {
        args: [decision],
        updateId: commandId,
      }),
    );
  } catch (error) {
    throw problemOf(error);
  }
}

function problemOf(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    return new Problem('not_waiting', { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) return new Problem('already_finished', { cause: error });
  if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) && !isGrpcServiceError(error))
    return error;
  const detail = 'Nothing was lost: send the same command with the same Idempotency-Key again.';
  return new Problem('workflow_unavailable', { detail, headers: { 'Retry-After': '3' }, cause: error });
}
