import { activityInfo, ApplicationFailure, cancellationSignal, heartbeat, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { Model, ModelCallRecord, ModelResult, ModelTool, PlannedCall } from '../../models/call.js';
import { event, type EventData, type RunEvent } from '../../contracts/event-data.js';
import { failureTypes } from '../../contracts/errors.js';
import type { RunSessionStepInput, StepOutcome } from '../../contracts/sessions/workflow.js';
import { projectStep } from '../../db/runs/events.js';
import { lockRunStatus } from '../../db/runs/runs.js';
import { chargeLostReservation, reserveBudget, type Amount } from '../../db/sessions/budgets.js';
import { loadSessionContent, textsOf, type SessionContent } from '../../db/sessions/content.js';
import { closeTry, openTry, type TryEnd, type TryUsage } from '../../db/sessions/tries.js';
import { refOf } from '../../db/runs/blobs.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { previewOf, type ContentRef } from '../../domain/runs/content-ref.js';
import { wellFormed } from '../../domain/well-formed.js';
import type { DeltaSink, StepTryPlace } from '../../models/deltas/batcher.js';
import { shownFailure, verdictOf } from './step-failure.js';
import { stepDefinitionOf, stepKeyOf, stepPrompt } from './step-prompt.js';

export interface SessionStepDeps {
  readonly pool: Pool;
  readonly model: Model;
  /** Those that this installation has; a template names the ones that a step may use. */
  readonly tools: readonly ModelTool[];
  readonly contextMaxTokens: number;
  /** Where the text goes while it arrives: to whoever reads along, never into the database or the history. */
  readonly openDeltas: (step: StepTryPlace) => DeltaSink;
}

const BEAT_MS = 1_000;

/**
 * One THINK, EXECUTE or INTEGRATE.
 * A1. A finished step is never paid for again: its checkpoint is looked up before anything is asked of a model.
 * A2. Two transactions a step: one before the call (the try is open), one after it (result, usage, events, progress).
 * A3. Every try is recorded, and what it used counts, also when it failed or its worker died.
 * A4. The key of every event is the step and the try, so a second run of this activity writes nothing twice.
 */
export async function runSessionStep(
  deps: SessionStepDeps,
  input: RunSessionStepInput,
): Promise<StepOutcome> {
  const beating = setInterval(() => heartbeat(), BEAT_MS);
  try {
    return await new StepTry(deps, input).run();
  } catch (error) {
    throw shownFailure(error);
  } finally {
    clearInterval(beating);
  }
}

class StepTry {
  private readonly attemptNumber = activityInfo().attempt;
  private readonly calls: ModelCallRecord[] = [];
  private reserved: Amount = { tokens: 0, costUsd: 0 };
  private limited = true;
  private readonly startedAtMs = Date.now();

  constructor(
    private readonly deps: SessionStepDeps,
    private readonly input: RunSessionStepInput,
  ) {}

  async run(): Promise<StepOutcome> {
    const { deps, input } = this;
    const content = await this.content();
    this.limited = content.limited;
    const modelAsked = this.modelAsked(content);
    const stepKey = stepKeyOf(input, content, modelAsked);
    const checkpoint = content.checkpoints.get(stepKey);
    if (checkpoint !== undefined) return { ref: await this.stored(checkpoint) };
    const request = stepPrompt(input, content, {
      maxTokens: deps.contextMaxTokens,
      countTokens: deps.model.countTokens,
    });
    await this.begin({ stepKey, modelAsked, prompt: JSON.stringify(request, null, 2) });
    const deltas = deps.openDeltas({
      runId: input.sessionId,
      stepId: input.stepId,
      attempt: input.attempt,
      try: this.attemptNumber,
    });
    try {
      const result = await deps.model.request({
        ...request,
        model: modelAsked,
        ...this.tools(content),
        signal: cancellationSignal(),
        onDelta: deltas.write,
        beforeCall: (planned) => this.reserve(planned),
        afterCall: (record) => void this.calls.push(record),
      });
      return { ref: await this.complete(result) };
    } catch (error) {
      throw await this.fail(error);
    } finally {
      deltas.end();
    }
  }

  private async content(): Promise<SessionContent> {
    const { input } = this;
    const hashes = [
      input.inputSha256,
      input.instructions,
      ...input.earlierOutputs,
      ...input.earlierNotes,
      ...Object.values(input.results),
    ].filter((hash): hash is string => typeof hash === 'string');
    const content = await loadSessionContent(this.deps.pool, input, hashes);
    if (content !== undefined) return content;
    throw ApplicationFailure.nonRetryable('the session is no longer kept', failureTypes.recordGone);
  }

  private async stored(sha256: string): Promise<ContentRef> {
    const text = (await textsOf(this.deps.pool, [sha256])).get(sha256);
    if (text === undefined)
      throw ApplicationFailure.nonRetryable('a stored output is gone', failureTypes.recordGone);
    return { sha256, bytes: Buffer.byteLength(text), preview: previewOf(text) };
  }

  private modelAsked(content: SessionContent): string {
    const { phase, step, model } = this.input;
    const defined = content.template.phases[phase - 1]?.steps[step].model ?? content.template.model;
    return model ?? defined ?? this.deps.model.defaultModel;
  }

  private tools(content: SessionContent): { tools?: readonly ModelTool[] } {
    const allowed = stepDefinitionOf(this.input, content.template).tools ?? [];
    const tools = this.deps.tools.filter((tool) => allowed.some((name) => name === tool.name));
    return tools.length === 0 ? {} : { tools };
  }

  private async begin(asked: { stepKey: string; modelAsked: string; prompt: string }): Promise<void> {
    const { stepKey, modelAsked, prompt } = asked;
    const { sessionId, step } = this.input;
    await withTransaction(this.deps.pool, (tx) =>
      tx.commitWith(
        Promise.all([
          lockRunStatus(tx, sessionId),
          openTry(tx, this.input, {
            attemptNumber: this.attemptNumber,
            ...{ stepKey, modelAsked, prompt: { content: prompt, contentType: 'application/json' } },
          }),
          // A session runs one step at a time: what is still reserved when a step begins belonged to a worker that died.
          this.limited || this.attemptNumber > 1 ? chargeLostReservation(tx, sessionId) : undefined,
          this.record(tx, 'started', [
            ...(step === 'THINK' ? [event('phase.started', this.place())] : []),
            event('step.started', { ...this.place(), model: modelAsked }),
          ]),
        ]),
      ),
    );
  }

  private async reserve(planned: PlannedCall): Promise<void> {
    if (!this.limited) return;
    const amount = {
      tokens: planned.estimatedInputTokens + planned.maxOutputTokens,
      costUsd: planned.estimatedCostUsd,
    };
    if (!(await reserveBudget(this.deps.pool, this.input.sessionId, amount))) {
      throw ApplicationFailure.nonRetryable(
        'the next call would pass the budget of the session',
        failureTypes.budgetExhausted,
      );
    }
    this.reserved = {
      tokens: this.reserved.tokens + amount.tokens,
      costUsd: (this.reserved.costUsd ?? 0) + (amount.costUsd ?? 0),
    };
  }

  private async complete(result: ModelResult): Promise<ContentRef> {
    const content = wellFormed(
      result.value === undefined ? result.text : JSON.stringify(result.value, null, 2),
    );
    const output = {
      content,
      contentType: result.value === undefined ? 'text/markdown' : 'application/json',
    };
    const done = { ...result, output, ref: refOf(output) };
    const usage = this.usage(result.modelUsed);
    const { sha256, bytes, preview } = done.ref;
    const told = { ...this.place(), digest: sha256, bytes, preview, durationMs: this.elapsedMs() };
    await this.close('completed', usage, { status: 'completed', done }, [
      event('step.completed', {
        ...told,
        model: result.modelUsed,
        percent: this.input.progressAfter.percent,
      }),
      event('usage', { ...this.place(), ...usage }),
      ...(this.input.step === 'INTEGRATE' ? [event('phase.completed', this.place())] : []),
    ]);
    return done.ref;
  }

  /** Writes down what went wrong and what it had cost, and gives the failure that Temporal decides by. */
  private async fail(error: unknown): Promise<unknown> {
    const verdict = verdictOf(error);
    if (verdict.type === failureTypes.dependencyUnavailable) log.error('a step failed', { error });
    const maximum = activityInfo().retryPolicy?.maximumAttempts ?? 0;
    const retries = verdict.retryable && (maximum === 0 || this.attemptNumber < maximum);
    const shown = { code: verdict.type, message: verdict.message };
    const closed = verdict.type === failureTypes.canceled ? 'canceled' : 'failed';
    const end = { status: retries ? 'running' : closed, error: shown } as const;
    const data = { ...this.place(), ...shown, nextRetryMs: verdict.retryAfterMs };
    const usage = this.usage(this.calls.at(-1)?.modelUsed ?? null);
    await this.close('ended', usage, end, retries ? [event('step.retrying', data)] : []);
    if (verdict.type === failureTypes.canceled) return error;
    return ApplicationFailure.create({
      message: verdict.message,
      type: verdict.type,
      nonRetryable: !verdict.retryable,
      // A little more than asked for, each time another little: a storm that was held off does not come back as one.
      ...(verdict.retryAfterMs === null
        ? {}
        : { nextRetryDelay: verdict.retryAfterMs * (1 + Math.random() / 5) }),
    });
  }

  /** The run's row is locked first, as everywhere: who comes by another way waits there, not in a deadlock. */
  private async close(
    what: 'completed' | 'ended',
    usage: TryUsage,
    end: TryEnd,
    events: RunEvent[],
  ): Promise<void> {
    const used = { tokens: usage.tokensIn + usage.tokensOut, costUsd: usage.costUsd };
    const unpricedCalls = this.calls.filter((call) => call.costUsd === null).length;
    const place = { ...this.input, attemptNumber: this.attemptNumber };
    await withTransaction(this.deps.pool, async (tx) => {
      const sent = Promise.all([
        lockRunStatus(tx, this.input.sessionId),
        closeTry(tx, place, end, { reserved: this.reserved, used, unpricedCalls, usage }),
        this.record(tx, what, events),
      ]);
      const [, budget] = await (this.limited ? sent : tx.commitWith(sent));
      const { warn, ...spent } = budget;
      if (warn) await this.record(tx, 'warned', [event('budget.warning', spent)]);
    });
  }

  private usage(modelUsed: string | null): TryUsage {
    const sum = (of: (call: ModelCallRecord) => number | null): number =>
      this.calls.reduce((total, call) => total + (of(call) ?? 0), 0);
    return {
      modelUsed,
      tokensIn: sum((call) => call.usage.inputTokens),
      tokensOut: sum((call) => call.usage.outputTokens),
      tokensCached: sum((call) => call.usage.cachedInputTokens),
      tokensReasoning: sum((call) => call.usage.reasoningTokens),
      costUsd: this.calls.some((call) => call.costUsd === null) ? null : sum((call) => call.costUsd),
    };
  }

  private place(): EventData['phase.started'] {
    const { phase, step, stepId, attempt } = this.input;
    return { phase, step, stepId, attempt, try: this.attemptNumber };
  }

  private elapsedMs(): number {
    return Date.now() - this.startedAtMs;
  }

  private record(
    tx: Tx,
    what: 'started' | 'completed' | 'ended' | 'warned',
    events: RunEvent[],
  ): Promise<void> {
    const progress = what === 'completed' ? this.input.progressAfter : this.input.progress;
    return projectStep(tx, {
      runId: this.input.sessionId,
      dedupKey: `${this.input.stepId}:${this.attemptNumber}:${what}`,
      status: progress.status,
      progress: { ...progress },
      foretold: true,
      events,
    });
  }
}
