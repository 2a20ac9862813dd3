import type { ProjectSessionInput } from '../../contracts/sessions/workflow.js';
import { recordAudit, recordAudits } from '../../db/audit/log.js';
import { closeOtherGates, openGate } from '../../db/sessions/gates.js';
import { recallEarlierSteps } from '../../db/sessions/recall.js';
import { closeOtherSteps } from '../../db/sessions/steps.js';
import type { Tx } from '../../db/base/transaction.js';
import { stepIdBehind } from '../../domain/sessions/derived-ids.js';
import { stepNames, type OpenGate } from '../../domain/sessions/state.js';

const actor = { system: 'temporal' };
const reason = 'The workflow was reset on Temporal, or repeated what it had not recorded.';

/**
 * Closes the gates and steps that the database has and the workflow does not know. They belong to a workflow run
 * before a reset, or to a repeated task. `follows`: another workflow run projected before this one.
 */
export async function closeLeftBehind(tx: Tx, input: ProjectSessionInput, follows: boolean): Promise<void> {
  if (follows) {
    await recallEarlierSteps(tx, input.sessionId);
    await closeOtherSteps(tx, input.sessionId, ownSteps(input));
  }
  // At the end every waiting gate is canceled, in the name of the command that ended the session.
  if (input.state.ending === null) await closeStrayGates(tx, input);
}

/** All that the running activity may be at: it goes on with further steps before its workflow knows of them. */
function ownSteps({ runningStepId, state }: ProjectSessionInput): string[] {
  if (runningStepId === null) return [];
  const most = state.plan.phases.length * stepNames.length;
  return Array.from({ length: most }, (_, done) => stepIdBehind(runningStepId, done));
}

async function closeStrayGates(tx: Tx, input: ProjectSessionInput): Promise<void> {
  const { sessionId, state, events, atMs } = input;
  const own = events.flatMap((each) => ('gate' in each ? [each.gate.id] : []));
  if (state.waiting.kind === 'gate') own.push(state.waiting.gate.id);
  const closed = await closeOtherGates(tx, sessionId, { own, atMs, reason });
  await recordAudits(
    tx,
    closed.map((gate) => ({
      actor,
      action: 'canceled',
      resourceType: 'gate',
      resourceId: gate,
      reason,
      before: { status: 'waiting' },
      after: { status: 'canceled', session: sessionId },
    })),
  );
}

/**
 * Opens the gate in the record. A gate that was decided there is open again: the workflow was reset to before the
 * decision.
 */
export async function openStateGate(
  tx: Tx,
  { sessionId, state }: ProjectSessionInput,
  gate: OpenGate | null = state.waiting.kind === 'gate' ? state.waiting.gate : null,
): Promise<void> {
  if (gate === null) return;
  const title = state.plan.phases[gate.phase - 1]?.title ?? '';
  const was = await openGate(tx, sessionId, { gate, phaseTitle: title });
  if (was === null) return;
  await recordAudit(tx, {
    actor,
    action: 'reopened',
    resourceType: 'gate',
    resourceId: gate.id,
    before: { status: was },
    after: { status: 'waiting', session: sessionId, phase: gate.phase, digest: gate.digest },
    reason,
  });
}
