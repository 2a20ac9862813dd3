import type { RedoBody } from '../../contracts/sessions/session.js';
import { newId } from '../../contracts/ids.js';
import { Refusal } from '../../contracts/refusal.js';
import { areKept, shareBlobs } from '../../db/runs/blobs.js';
import { copySteps, estimateSteps, promptsOf } from '../../db/sessions/steps.js';
import { readSessionProgress, toProgressView } from '../../db/sessions/reads-progress.js';
import type { OwnedSession } from '../../db/sessions/sessions.js';
import type { Db } from '../../db/base/sql.js';
import type { Tx } from '../../db/base/transaction.js';
import { requireNewInputFits } from './fits-schema.js';
import { inheritedPhases, planRerun, type RerunPlan } from '../../domain/sessions/fork.js';
import { canRedo } from '../../domain/sessions/redo-point.js';
import type { ContentRef, PhaseState } from '../../domain/sessions/state.js';

/** The steps that a redo or a fork reuses and runs, and the cost of running them again. Changes nothing. */
export async function previewRerun(
  db: Db,
  session: OwnedSession,
  body: RedoBody,
): Promise<Record<string, unknown>> {
  await requireNewInputFits(db, session, body.input);
  const plan = await rerunPlan(db, session, body);
  const { templateName, templateVersion } = session;
  const estimate = await estimateSteps(
    db,
    { sessionId: session.id, templateName, templateVersion },
    plan.rerun,
  );
  return { reusedSteps: plan.reused, rerunSteps: plan.rerun, pendingSteps: plan.pending, ...estimate };
}

/** The same for a redo of this very session, which would be refused beyond what has begun. */
export async function previewRedo(
  db: Db,
  session: OwnedSession,
  body: RedoBody,
): Promise<Record<string, unknown>> {
  if (!canRedo(session.state, body.from)) throw await notReached(db, session);
  return previewRerun(db, session, body);
}

async function rerunPlan(db: Db, session: OwnedSession, body: RedoBody): Promise<RerunPlan> {
  requirePhase(session, body.from.phase);
  const plan = planRerun(session.state, body.from);
  if (plan !== null) return plan;
  throw await notReached(db, session);
}

async function notReached(db: Db, session: OwnedSession): Promise<Refusal> {
  const owner = { userId: session.ownerId, role: 'ANALYST' } as const;
  const row = await readSessionProgress(db, owner, session.id);
  const current = row === undefined ? null : toProgressView(row, null);
  return new Refusal('step_not_reached', { facts: { current } });
}

export function requirePhase({ state }: OwnedSession, phase: number): void {
  const count = state.plan.phases.length;
  if (phase <= count) return;
  const errors = [{ path: 'from.phase', message: `the template has ${count} phases` }];
  throw new Refusal('validation_error', { errors });
}

/** Gives a fork the earlier results of its origin, by reference: the ledger says where each comes from. */
export async function takeOver(
  tx: Tx,
  session: OwnedSession,
  fork: { readonly id: string; readonly body: RedoBody; readonly instructions: ContentRef | null },
): Promise<{ phases: PhaseState[]; copy: () => Promise<void> }> {
  const { reused } = await rerunPlan(tx, session, fork.body);
  const newIds = new Map(
    reused.filter((each) => each.stepId !== '').map((each) => [each.stepId, newId('step')]),
  );
  const phases = inheritedPhases(session.state, fork.body.from, {
    instructions: fork.instructions,
    newStepIds: newIds,
  });
  const input = session.options.input === null ? [] : [session.options.input.sha256];
  const results = phases.flatMap((phase) =>
    [
      phase.output,
      phase.notes,
      phase.instructions,
      ...Object.values(phase.results).map((result) => result.ref),
    ].flatMap((ref) => (ref === null ? [] : [ref.sha256])),
  );
  const hashes = [...input, ...results];
  const copy = async (): Promise<void> => {
    await shareBlobs(tx, fork.id, [...hashes, ...(await promptsOf(tx, [...newIds.keys()]))]);
    // Only now: what is shared, retention removes no more.
    if (!(await areKept(tx, hashes))) throw new Refusal('gone');
    await copySteps(tx, fork.id, newIds);
  };
  return { phases, copy };
}
