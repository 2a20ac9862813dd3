import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { decideRunGateUpdate } from '../../contracts/names.js';
import { vouchedRunGate, type RunGateDecision } from '../../contracts/notifications/gate.js';
import { Refusal } from '../../contracts/refusal.js';
import type { DeciderSignatures } from '../../crypto/decider-signatures.js';
import type { RunGate } from '../../db/notifications/run-gates.js';
import { workflowUnavailable } from '../runs/workflow-unavailable.js';

const DEADLINE_MS = 5_000;
const PAUSE_MS = 50;

export interface GateDecisionDeps {
  readonly temporal: Client;
  readonly deciders: DeciderSignatures;
}

/**
 * Hands a decision to the workflow of a run and answers once it has it. The same command again takes effect once. A
 * gate is in the inbox a moment before its workflow opens it: while `stillWaits` holds, a refusal is early.
 */
export async function sendGateDecision(
  { temporal: client, deciders }: GateDecisionDeps,
  gate: RunGate,
  { decision, commandId, stillWaits }: AskedDecision,
): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  const signature = deciders.sign(vouchedRunGate(gate.workflowId, decision));
  for (;;) {
    try {
      await client.withDeadline(deadline, () =>
        client.workflow
          .getHandle(gate.workflowId)
          .executeUpdate<void, [RunGateDecision]>(decideRunGateUpdate, {
            args: [{ ...decision, signature }],
            updateId: commandId,
          }),
      );
      return;
    } catch (error) {
      const isEarly = isNotWaiting(error) && Date.now() + PAUSE_MS < deadline && (await stillWaits());
      if (!isEarly) throw failureOf(error);
    }
    await sleep(PAUSE_MS);
  }
}

export interface AskedDecision {
  readonly decision: RunGateDecision;
  readonly commandId: string;
  /** Whether the stored gate is still undecided. */
  readonly stillWaits: () => Promise<boolean>;
}

function isNotWaiting(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'not_waiting'
  );
}

function failureOf(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    return new Refusal('not_waiting', { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) return new Refusal('already_finished', { cause: error });
  if (!(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) && !isGrpcServiceError(error))
    return error;
  return workflowUnavailable(error);
}
