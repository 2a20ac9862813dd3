import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import {
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  ServiceError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { failureTypes } from '../../contracts/errors.js';
import { workflowIdOf } from '../../contracts/names.js';
import { runKinds } from '../../contracts/run-kinds.js';
import { Refusal, type RefusalCode } from '../../contracts/refusal.js';
import type { DeciderSignatures } from '../../crypto/decider-signatures.js';
import { signedPartOf } from '../../domain/sessions/vouched.js';
import type { SessionCommand, SessionRefusal } from '../../domain/sessions/commands.js';
import type { SessionProgressView } from '../../contracts/sessions/session.js';
import { findTemporalHome } from '../../db/runs/temporal-home.js';
import type { Db } from '../../db/base/sql.js';
import { problemOfHome } from '../../domain/runs/temporal-home.js';
import type { RunControl } from '../../platform/temporal/run-control.js';
import { workflowUnavailable } from '../runs/workflow-unavailable.js';

const COMMAND_DEADLINE_MS = 5_000;
const LOOK_DEADLINE_MS = 1_000;
const PAUSE_MS = 50;

const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
/** The server's error when a worker returned the task without this Update: as if it never came. */
const UNPROCESSED = 'UnprocessedUpdate';
const passing: readonly number[] = [RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED];

const refusals: Record<Exclude<SessionRefusal, 'unchanged'>, RefusalCode> = {
  already_finished: 'already_finished',
  not_waiting: 'not_waiting',
  stale_approval: 'stale_approval',
  nothing_due: 'nothing_due',
  phase_gate: 'phase_gate',
  step_not_reached: 'step_not_reached',
};

export interface SessionClientDeps {
  readonly temporal: Client;
  readonly deciders: DeciderSignatures;
  readonly pool: Db;
  readonly runControl: Pick<RunControl, 'identity'>;
}

export interface SentCommand {
  readonly sessionId: string;
  readonly command: SessionCommand;
  readonly commandId: string;
  /** The version of its progress that the sender could see. */
  readonly seenVersion: number;
  /** How the session stands in the database, for the case that Temporal knows no workflow of it. */
  readonly record: SessionRecord;
}

/** `queued`: its workflow may not have started yet. `lost`: the maintenance found it gone. */
export type SessionRecord = 'queued' | 'begun' | 'lost';

/**
 * Asks a session's workflow to take a command and waits until it accepted or refused it.
 *
 * C1. `commandId` is the Update's id: the same command sent again, after a timeout or a crash, takes effect once.
 * C2. A burst is waited out. The server takes ten Updates of a workflow at once, and a busy worker returns some.
 * C3. Without a worker in time the answer is 503, and the same key can be sent again.
 * C4. A workflow behind the database refuses what its sender has seen: it is asked again.
 * C5. A workflow that this database's own Temporal does not know is lost: waiting helps nobody, a revival does.
 */
export async function sendSessionCommand(
  deps: SessionClientDeps,
  { sessionId, command: unsigned, commandId, seenVersion, record }: SentCommand,
): Promise<SessionProgressView> {
  const { temporal: client, deciders } = deps;
  const handle = handleOf(client, sessionId);
  const { workflowId } = handle;
  const command = signed(deciders, unsigned, { workflowId, commandId });
  const deadline = Date.now() + COMMAND_DEADLINE_MS;
  for (;;) {
    try {
      return await client.withDeadline(deadline, () =>
        handle.executeUpdate<SessionProgressView, [SessionCommand]>('sessionCommand', {
          args: [command],
          updateId: commandId,
        }),
      );
    } catch (error) {
      const unchanged = progressIfUnchanged(error);
      if (unchanged !== null) return unchanged;
      const failure = await failureOf(handle, error);
      const isEarly = failure instanceof Refusal && isBehind(failure, seenVersion);
      if (failure !== 'try again' && !isEarly) throw failure;
      const isUnknown = error instanceof WorkflowNotFoundError;
      if (isUnknown && record === 'lost') throw await lostRefusal(deps, sessionId, error);
      if (Date.now() + 2 * PAUSE_MS > deadline)
        throw isUnknown && record === 'begun'
          ? await lostRefusal(deps, sessionId, error)
          : workflowUnavailable(error);
    }
    // Not all at the same moment again: they were refused because there were too many of them.
    await sleep(PAUSE_MS * (1 + Math.random()));
  }
}

function signed(
  deciders: DeciderSignatures,
  command: SessionCommand,
  sent: { readonly workflowId: string; readonly commandId: string },
): SessionCommand {
  const { kind, by } = command;
  const gate = ('gate' in command ? command.gate : null) ?? null;
  const signature = deciders.sign({ ...sent, kind, gate, by: signedPartOf(by) });
  return { ...command, by: { ...by, signature } };
}

/** Whether the workflow, which has ended since, took this very command: it may be what ended it. */
export async function tookSessionCommand(
  client: Client,
  sessionId: string,
  commandId: string,
): Promise<boolean> {
  const update = handleOf(client, sessionId).getUpdateHandle(commandId);
  try {
    await client.withDeadline(Date.now() + LOOK_DEADLINE_MS, () => update.result());
    return true;
  } catch {
    return false;
  }
}

function handleOf(client: Client, sessionId: string): WorkflowHandle {
  return client.workflow.getHandle(workflowIdOf('cot-session', sessionId));
}

async function failureOf(handle: WorkflowHandle, error: unknown): Promise<unknown> {
  if (error instanceof WorkflowUpdateFailedError) return refusalOfUpdate(error);
  // A session that was accepted a moment ago may have no workflow yet.
  if (error instanceof WorkflowNotFoundError)
    return (await hasEnded(handle)) ? new Refusal('already_finished', { cause: error }) : 'try again';
  if (isPassing(error)) return 'try again';
  const unanswered =
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || error instanceof ServiceError;
  return unanswered || isGrpcServiceError(error) ? workflowUnavailable(error) : error;
}

/** Its refusal tells the version that it knows; null counts as current. */
function isBehind({ facts }: Refusal, seenVersion: number): boolean {
  const current = (facts.facts?.['current'] ?? null) as SessionProgressView | null;
  return current !== null && current.version < seenVersion;
}

/** The workflow refuses a command without an effect, and the API grants it: its goal is reached. */
function progressIfUnchanged(error: unknown): SessionProgressView | null {
  if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) return null;
  const { type, details } = error.cause;
  return type === 'unchanged' ? ((details?.[0] ?? null) as SessionProgressView | null) : null;
}

function refusalOfUpdate(error: WorkflowUpdateFailedError): Refusal | 'try again' {
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type === UNPROCESSED) return 'try again';
  // Its run had ended before a reset, and the new workflow run learned it only then.
  if (cause.type === failureTypes.runEnded) return new Refusal('already_finished', { cause: error });
  const code = refusals[cause.type as keyof typeof refusals];
  const [current] = (cause.details ?? []) as [SessionProgressView?];
  if (code === undefined) return workflowUnavailable(error);
  return new Refusal(code, { facts: { current: current ?? null }, cause: error });
}

/**
 * The server gives an Update up when the workflow ends in that moment, and refuses one too many at once. Asked again
 * by its id, it answers with its outcome.
 */
function isPassing(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && passing.includes(cause.code);
}

async function hasEnded(handle: WorkflowHandle): Promise<boolean> {
  try {
    return (await handle.describe()).status.name !== 'RUNNING';
  } catch {
    return false;
  }
}

/** In a foreign Temporal every workflow is unknown, and a revival there would pay beside the real one. */
async function lostRefusal(
  { pool, runControl }: SessionClientDeps,
  sessionId: string,
  cause: WorkflowNotFoundError,
): Promise<Refusal> {
  const home = await findTemporalHome(pool);
  const found = await runControl.identity().catch(() => undefined);
  if (found === undefined || (home !== undefined && problemOfHome(home, found) !== null))
    return workflowUnavailable(cause);
  const revive = `${runKinds['cot-session'].routeBase}/${sessionId}/revive`;
  const detail = `Temporal no longer knows its workflow. An administrator can revive it from its stored state: POST ${revive}, or \`sluice session revive ${sessionId}\`.`;
  return new Refusal('workflow_lost', { detail, facts: { links: { revive } }, cause });
}
