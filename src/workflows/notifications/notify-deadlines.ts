import {
  ActivityFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';
import type { RunGateKind } from '../../contracts/notifications/gate.js';
import type {
  NotifyDeadlinesInput,
  NotifyState,
  PlanChunkReply,
} from '../../contracts/notifications/workflow.js';
import type { RunOutcome, RunResult } from '../../contracts/runs/run.js';
import { canaryGate } from '../../domain/notifications/run-gates.js';
import { describeRun } from '../../domain/notifications/run-progress.js';
import { hasRunEnded } from '../runs/has-run-ended.js';
import { runJob } from '../runs/job-run.js';
import { ErrorKeeper } from './error-keeper.js';
import { inFlight } from './in-flight.js';
import { ProgressTeller } from './progress-teller.js';
import { planning, sendingOffices } from './proxies.js';
import { RunGates } from './run-gates.js';

/** Offices that are planned together, and the history that one run of the workflow has. */
const CHUNK = 500;
/** An office that fails is tried again when the others of its chunk are through. */
const ROUND_DELAYS = ['1s', '5s'] as const;
/** A chunk publishes its progress after so many messages. */
const PROJECTED_PER_CHUNK = 20;

/**
 * Notifies the staff of offices about due deadlines: plans some hundred offices, sends, and goes on with the next
 * ones.
 *
 * N1. A failed office is retried by itself, then named; the others are served.
 * N2. The planning commits every message that will be sent. Here are only ids and counts, so history and memory stay
 *     flat.
 * N3. A run that ends early, however that comes, gives back its planned messages: a later run sends them.
 */
export async function notifyDeadlines(input: NotifyDeadlinesInput): Promise<RunOutcome> {
  const { runId } = input;
  const story = async (): Promise<RunResult> => {
    try {
      return await notify(input);
    } catch (error) {
      const hasEnded = isCancellation(error) || error instanceof ActivityFailure;
      if (hasEnded && !input.dryRun) {
        await CancellationScope.nonCancellable(() => planning.abandonNotifications({ runId }));
      }
      throw error;
    }
  };
  return runJob(runId, story, { isResumed: input.state !== undefined });
}

async function notify(input: NotifyDeadlinesInput): Promise<RunResult> {
  const { runId, dryRun, asOf, rules, planRunId, heldOnly } = input;
  const gates = new RunGates(runId);
  const teller = new ProgressTeller(runId);
  const before = input.state ?? beginning();
  const isCanary = rules.canaryOffices > 0 && !before.canaryPassed && !dryRun && heldOnly === undefined;
  setCurrentDetails(`**Planning** the offices after the first ${before.counts.offices}`);
  const chunk = await planning.planChunk({
    runId,
    dryRun,
    asOf,
    rules,
    planRunId,
    heldOnly,
    after: before.after,
    limit: isCanary ? rules.canaryOffices : CHUNK,
  });
  const { state, isStopped } = await sendChunk(input, { gates, teller, before, chunk });
  if (isStopped) return stop(input, state, 'errors');
  if (chunk.next !== null) {
    if (isCanary && !(await gates.pass(canaryGate(state.counts)))) return stop(input, state, 'canary');
    const next = { ...state, after: chunk.next, canaryPassed: true };
    await continueAsNew<typeof notifyDeadlines>({ ...input, state: next });
  }
  setCurrentDetails('**Writing** the result');
  return planning.finishNotifications(finishOf(input, state));
}

/** A person ended it: what was planned beyond is given back, and the result says what was sent. */
async function stop(input: NotifyDeadlinesInput, state: NotifyState, by: RunGateKind): Promise<RunResult> {
  await planning.abandonNotifications({ runId: input.runId });
  return planning.finishNotifications({ ...finishOf(input, state), stoppedBy: by });
}

function finishOf({ runId, dryRun }: NotifyDeadlinesInput, { queries, startedAtMs }: NotifyState) {
  return { runId, dryRun, queries, durationMs: Date.now() - startedAtMs };
}

function beginning(): NotifyState {
  const counts = { offices: 0, officesFailed: 0, sent: 0, failed: 0 };
  return {
    after: '',
    totalOffices: 0,
    queries: 0,
    startedAtMs: Date.now(),
    counts,
    canaryPassed: false,
    errorsAccepted: false,
  };
}

interface ChunkWork {
  readonly gates: RunGates;
  readonly teller: ProgressTeller;
  readonly before: NotifyState;
  readonly chunk: PlanChunkReply;
}

async function sendChunk(
  input: NotifyDeadlinesInput,
  { gates, teller, before, chunk }: ChunkWork,
): Promise<{ state: NotifyState; isStopped: boolean }> {
  const { counts: earlier } = before;
  const counts = { ...earlier, officesFailed: earlier.officesFailed + chunk.failed };
  counts.offices += chunk.planned - chunk.officeIds.length;
  const totalOffices = Math.max(before.totalOffices, chunk.totalOffices);
  setCurrentDetails(describeRun(counts, totalOffices));
  const keeper = new ErrorKeeper(gates, input.rules.pauseErrorRate, before.errorsAccepted);
  const step = Math.max(1, Math.ceil(chunk.officeIds.length / PROJECTED_PER_CHUNK));
  let failing = chunk.officeIds;
  for (let round = 1; failing.length > 0 && round <= ROUND_DELAYS.length + 1; round += 1) {
    const delay = ROUND_DELAYS[round - 2];
    if (delay !== undefined) await sleep(delay);
    const failed: string[] = [];
    await inFlight(failing, input.officeConcurrency, async (officeId) => {
      if (!(await keeper.mayGoOn(counts))) return;
      const reply = await tryOffice({ runId: input.runId, officeId, round });
      if (reply === undefined) return void failed.push(officeId);
      counts.sent += reply.sent;
      counts.failed += reply.failed;
      counts.offices += 1;
      if (counts.offices % step === 0) await teller.tell(counts, totalOffices);
    });
    failing = failed;
  }
  if (failing.length > 0) await planning.failOffices({ runId: input.runId, officeIds: failing });
  counts.officesFailed += failing.length;
  counts.offices += failing.length;
  await teller.tell(counts, totalOffices);
  const state = {
    ...before,
    totalOffices,
    queries: before.queries + chunk.queries,
    counts,
    errorsAccepted: keeper.areAccepted,
  };
  return { state, isStopped: keeper.isStopped };
}

/** Undefined: it failed, and may be tried again. */
async function tryOffice(input: { runId: string; officeId: string; round: number }) {
  try {
    return await sendingOffices.notifyOffice.executeWithOptions({ summary: input.officeId }, [input]);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure) || hasRunEnded(error)) throw error;
    return undefined;
  }
}
