import type { Pool } from 'pg';
import type { ModelCallRecord } from '../../models/call.js';
import { event, type EventData, type RunEvent } from '../../contracts/event-data.js';
import type { RunProjection } from '../../contracts/runs/projection.js';
import type { RunSessionStepInput } from '../../contracts/sessions/workflow.js';
import { projectStep } from '../../db/runs/events.js';
import { lockRunStatus } from '../../db/runs/runs.js';
import type { NewBlob } from '../../db/runs/blobs.js';
import { sql, type Sql } from '../../db/base/sql.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { chargeLostTries, reserveBudget, type Amount } from '../../db/sessions/budgets.js';
import {
  closeTry,
  findStepOutput,
  openTry,
  tryEndedSo,
  tryIsOpen,
  workerLost,
  type AheadOf,
  type ClosedTry,
  type StepPlace,
  type TryEnd,
  type TryUsage,
} from '../../db/sessions/tries.js';
import { isFinal } from '../../domain/runs/status.js';
import { outlast } from './outlast.js';

/**
 * The rows of one try of a step. Every method outlasts PostgreSQL's absence and may be sent twice.
 * L1. The run's row is locked first, as everywhere: concurrent writers wait there, not in a deadlock.
 * L2. Events name the step and the try, so a repeated transaction writes none twice.
 * L3. Events are written only by the try that opened, or closed, the step.
 */
export class StepLedger {
  readonly #place: StepPlace;
  #reserved: Amount = { tokens: 0, costUsd: 0 };
  #limited = true;
  #stepKey = '';
  readonly #pool: Pool;
  readonly #input: RunSessionStepInput;
  readonly #attemptNumber: number;

  constructor(pool: Pool, input: RunSessionStepInput, attemptNumber: number) {
    this.#pool = pool;
    this.#input = input;
    this.#attemptNumber = attemptNumber;
    const { sessionId, stepId, phase, step, attempt } = input;
    this.#place = { sessionId, stepId, phase, step, attempt, attemptNumber };
  }

  /** Whether a budget limits the session. */
  get isLimited(): boolean {
    return this.#limited;
  }

  get shown(): EventData['phase.started'] {
    const { phase, step, stepId, attempt } = this.#input;
    return { phase, step, stepId, attempt, try: this.#attemptNumber };
  }

  /** The number of failed tries before this one, or the reason that it may not begin. */
  async begin(asked: {
    stepKey: string;
    modelAsked: string;
    prompt: NewBlob;
    limited: boolean;
    aheadOf?: AheadOf | null;
  }): Promise<{ failures: number } | 'run_ended' | 'lost'> {
    this.#limited = asked.limited;
    this.#stepKey = asked.stepKey;
    const { step, sessionId } = this.#input;
    const phaseBegins = step === 'THINK' ? [event('phase.started', this.shown)] : [];
    const events = [...phaseBegins, event('step.started', { ...this.shown, model: asked.modelAsked })];
    const [status, , opened] = await outlast(() =>
      withTransaction(this.#pool, (tx) =>
        tx.commitWith(
          Promise.all([
            lockRunStatus(tx, sessionId),
            this.#limited || this.#attemptNumber > 1
              ? chargeLostTries(tx, this.#place, workerLost)
              : undefined,
            openTry(tx, this.#place, asked),
            this.#record(tx, 'started', { events, condition: tryIsOpen(this.#place) }),
          ]),
        ),
      ),
    );
    if (status === undefined || isFinal(status)) return 'run_ended';
    return opened ?? 'lost';
  }

  /** Reserves, before a call, the most that it may use. */
  async reserve(amount: Amount): Promise<'granted' | 'exhausted' | 'lost'> {
    const total = {
      tokens: this.#reserved.tokens + amount.tokens,
      costUsd: (this.#reserved.costUsd ?? 0) + (amount.costUsd ?? 0),
    };
    const verdict = await outlast(() => reserveBudget(this.#pool, this.#place, total));
    if (verdict === 'granted') this.#reserved = total;
    return verdict;
  }

  /** False when the step was closed already, by another try or by this one. */
  async close(end: TryEnd, calls: readonly ModelCallRecord[], events: RunEvent[]): Promise<boolean> {
    const usage = usageOf(calls, end.status === 'completed' ? end.done.modelUsed : null);
    const used = { tokens: usage.tokensIn + usage.tokensOut, costUsd: usage.costUsd };
    const unpricedCalls = calls.filter((call) => call.costUsd === null).length;
    const what = end.status === 'completed' ? ('completed' as const) : ('ended' as const);
    const change = { events, condition: tryEndedSo(this.#place, end) };
    const closed = await outlast(() =>
      withTransaction(this.#pool, async (tx) => {
        const sent = Promise.all([
          lockRunStatus(tx, this.#input.sessionId),
          closeTry(tx, this.#place, { end, settled: { used, unpricedCalls, usage } }),
          this.#record(tx, what, change),
        ]);
        const [, answer] = await (this.#limited ? sent : tx.commitWith(sent));
        if (answer?.warn === true) await this.#warn(tx, answer);
        return answer;
      }),
    );
    return closed?.closedStep === true;
  }

  /** The hash of the step's output, by whichever try it was closed. */
  findOutput(): Promise<string | undefined> {
    return outlast(() => findStepOutput(this.#pool, this.#place, this.#stepKey));
  }

  #warn(tx: Tx, { usedTokens, usedCostUsd, maxTokens, maxCostUsd }: ClosedTry): Promise<void> {
    const events = [event('budget.warning', { usedTokens, usedCostUsd, maxTokens, maxCostUsd })];
    return this.#record(tx, 'warned', { events, condition: sql`` });
  }

  #record(
    tx: Tx,
    what: 'started' | 'completed' | 'ended' | 'warned',
    { events, condition }: { events: RunEvent[]; condition: Sql },
  ): Promise<void> {
    const progress = what === 'completed' ? this.#input.progressAfter : this.#input.progress;
    const projection: RunProjection = {
      runId: this.#input.sessionId,
      dedupKey: `${this.#input.stepId}:${this.#attemptNumber}:${what}`,
      status: progress.status,
      progress: { ...progress },
      provisional: true,
      events,
    };
    return projectStep(tx, projection, condition);
  }
}

/** The summed usage of all calls of a try. */
export function usageOf(calls: readonly ModelCallRecord[], modelUsed: string | null): TryUsage {
  const sum = (of: (call: ModelCallRecord) => number | null): number =>
    calls.reduce((total, call) => total + (of(call) ?? 0), 0);
  return {
    modelUsed: modelUsed ?? calls.at(-1)?.modelUsed ?? null,
    tokensIn: sum((call) => call.usage.inputTokens),
    tokensOut: sum((call) => call.usage.outputTokens),
    tokensCached: sum((call) => call.usage.cachedInputTokens),
    tokensReasoning: sum((call) => call.usage.reasoningTokens),
    costUsd: calls.some((call) => call.costUsd === null) ? null : sum((call) => call.costUsd),
  };
}
