import { activityInfo, ApplicationFailure, CancelledFailure, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import type {
  Model,
  ModelCallRecord,
  ModelRequest,
  ModelResult,
  ModelTool,
  PlannedCall,
} from '../../models/call.js';
import { event, type RunEvent } from '../../contracts/event-data.js';
import { failureTypes } from '../../contracts/errors.js';
import type { RunSessionStepInput } from '../../contracts/sessions/workflow.js';
import { refOf } from '../../db/runs/blobs.js';
import { loadSessionContent, type SessionContent } from '../../db/sessions/content.js';
import { readTextRefs } from '../../db/sessions/texts.js';
import type { StepError } from '../../db/sessions/steps.js';
import { isRunOver } from '../../db/runs/runs.js';
import { workerStopped, type AheadOf } from '../../db/sessions/tries.js';
import type { ContentRef } from '../../domain/runs/content-ref.js';
import { wellFormed } from '../../domain/well-formed.js';
import type { DeltaSink, StepTryPlace } from '../../models/deltas/batcher.js';
import { holdsLease, recallOf } from './lease.js';
import { ModelClock } from './model-clock.js';
import { outlast } from './outlast.js';
import type { OpenSqlTool } from './sql-tool.js';
import { HANDED_BACK_MS, lostTry, verdictOf, type Verdict } from './step-failure.js';
import { StepLedger, usageOf } from './step-ledger.js';
import { hashesOf, stepDefinitionOf, stepKeyOf, stepPrompt } from './step-prompt.js';
import { delayAfter, limitsOf, type TryLimits } from './try-limits.js';

export interface SessionStepDeps {
  readonly pool: Pool;
  readonly model: Model;
  /** The installed tools; a template names those that a step may use. */
  readonly tools: readonly ModelTool[];
  /** Opens `sql_query`, which asks in the name of the session's owner. */
  readonly sqlTool?: OpenSqlTool;
  readonly contextMaxTokens: number;
  /** Text goes to live readers while it arrives, never into the database or the history. */
  readonly openDeltas: (step: StepTryPlace) => DeltaSink;
}

/** A run may be ended without its workflow: then nothing else stops the model. */
const LOOK_MS = 5_000;

export interface StepDone {
  readonly ref: ContentRef;
  /** 0 where a checkpoint was taken. */
  readonly modelMs: number;
}

function runIsOver(): ApplicationFailure {
  return ApplicationFailure.nonRetryable('the session has ended', failureTypes.runEnded);
}

/**
 * A try of a THINK, EXECUTE or INTEGRATE.
 * A1. A finished step is never paid for again: its checkpoint is looked up before anything is asked of a model.
 * A2. Two transactions a step: one before the call (the try is open), one after it (result, usage, events, progress).
 * A3. Every try is recorded, and what it used counts, also when it failed or its worker died.
 * A4. A paid answer is never thrown away: its transaction is retried until it commits, or the try is lost.
 * A5. Trouble of the infrastructure is no try. PostgreSQL is waited for here, beating, without limit. A worker that
 *     was lost or stopped is replaced by Temporal, without limit. Failures of the provider and of the input are
 *     counted here, since Temporal's attempts are of both kinds.
 * A6. Only a requested cancel closes the step as canceled. A worker's shutdown leaves it open for the next try.
 * A7. A try that Temporal gave to somebody else asks no model and writes nothing more.
 * A8. A try whose run has ended stops within seconds: nobody reads its answer, and it is paid for.
 * A9. A try's time is the model's time: waiting for PostgreSQL is not part of it.
 */
export class StepTry {
  readonly #limits: TryLimits;
  readonly #ledger: StepLedger;
  readonly #clock: ModelClock;
  readonly #calls: ModelCallRecord[] = [];
  readonly #startedAtMs = Date.now();
  #earlierFailures = 0;
  readonly #deps: SessionStepDeps;
  readonly #input: RunSessionStepInput;
  readonly #aheadOf: AheadOf | null;

  constructor(deps: SessionStepDeps, input: RunSessionStepInput, aheadOf: AheadOf | null) {
    this.#deps = deps;
    this.#input = input;
    this.#aheadOf = aheadOf;
    this.#limits = limitsOf(input);
    this.#ledger = new StepLedger(deps.pool, input, activityInfo().attempt);
    this.#clock = new ModelClock(this.#limits.stepTimeoutMs);
  }

  /** Null for a step ahead that may not begin. */
  async run(): Promise<StepDone | null> {
    const content = await this.#content();
    const modelAsked = this.#modelAsked(content);
    const stepKey = stepKeyOf(this.#input, content, modelAsked);
    const checkpoint = content.checkpoints.get(stepKey);
    if (checkpoint !== undefined) return { ref: await this.#stored(checkpoint), modelMs: 0 };
    const request = stepPrompt(this.#input, content, {
      maxTokens: this.#deps.contextMaxTokens,
      countTokens: this.#deps.model.countTokens,
    });
    const begun = await this.#begin({
      stepKey,
      modelAsked,
      limited: content.limited,
      prompt: { content: JSON.stringify(request, null, 2), contentType: 'application/json' },
      aheadOf: this.#aheadOf,
    });
    if (!begun) return null;
    const result = await this.#ask({ ...request, model: modelAsked, ...(await this.#tools(content)) });
    return { ref: await this.#complete(result), modelMs: this.#clock.usedMs };
  }

  async #content(): Promise<SessionContent> {
    const content = await outlast(() =>
      loadSessionContent(this.#deps.pool, this.#input, hashesOf(this.#input)),
    );
    if (content !== undefined) return content;
    throw ApplicationFailure.nonRetryable('the session is no longer kept', failureTypes.recordGone);
  }

  async #stored(sha256: string): Promise<ContentRef> {
    const stored = (await outlast(() => readTextRefs(this.#deps.pool, [sha256]))).get(sha256);
    if (stored !== undefined) return stored;
    throw ApplicationFailure.nonRetryable('a stored output is gone', failureTypes.recordGone);
  }

  #modelAsked(content: SessionContent): string {
    const { phase, step, model } = this.#input;
    const defined = content.template.phases[phase - 1]?.steps[step].model ?? content.template.model;
    return model ?? defined ?? this.#deps.model.defaultModel;
  }

  async #tools(content: SessionContent): Promise<{ tools?: readonly ModelTool[] }> {
    const allowed: readonly string[] = stepDefinitionOf(this.#input, content.template).tools ?? [];
    const tools = this.#deps.tools.filter((tool) => allowed.includes(tool.name));
    const sql = allowed.includes('sql_query')
      ? await outlast(async () => this.#deps.sqlTool?.(this.#input))
      : undefined;
    const all = sql === undefined ? tools : tools.concat(sql);
    return all.length === 0 ? {} : { tools: all };
  }

  async #begin(asked: Parameters<StepLedger['begin']>[0]): Promise<boolean> {
    if (!(await holdsLease())) throw lostTry();
    const begun = await this.#ledger.begin(asked);
    // Whether it was recalled or lost: the workflow, or another try, runs the step.
    if (begun === 'lost' && this.#aheadOf !== null) return false;
    if (begun === 'lost') throw lostTry();
    if (begun === 'run_ended') throw runIsOver();
    this.#earlierFailures = begun.failures;
    return true;
  }

  async #ask(request: ModelRequest): Promise<ModelResult> {
    const { sessionId: runId, stepId, attempt } = this.#input;
    const deltas = this.#deps.openDeltas({ runId, stepId, attempt, try: activityInfo().attempt });
    const watching = setInterval(() => void this.#stopIfEnded(), LOOK_MS);
    try {
      return await this.#clock.run(() =>
        this.#deps.model.request({
          ...request,
          signal: this.#clock.signal,
          onDelta: deltas.write,
          beforeCall: (planned) => this.#clock.paused(() => this.#reserve(planned)),
          afterCall: (record) => void this.#calls.push(record),
        }),
      );
    } catch (error) {
      throw await this.#failureOf(error);
    } finally {
      clearInterval(watching);
      deltas.end();
    }
  }

  /** While PostgreSQL is away the model may go on: its answer waits here. */
  async #stopIfEnded(): Promise<void> {
    const hasEnded = await isRunOver(this.#deps.pool, this.#input.sessionId).catch(() => false);
    if (hasEnded) this.#clock.abandon(runIsOver());
  }

  async #reserve(planned: PlannedCall): Promise<void> {
    if (!this.#ledger.isLimited) return;
    const verdict = await this.#ledger.reserve({
      tokens: planned.estimatedInputTokens + planned.maxOutputTokens,
      costUsd: planned.estimatedCostUsd,
    });
    if (verdict === 'lost') throw lostTry();
    if (verdict === 'exhausted') {
      throw ApplicationFailure.nonRetryable(
        'the next call would pass the budget of the session',
        failureTypes.budgetExhausted,
      );
    }
  }

  async #complete(result: ModelResult): Promise<ContentRef> {
    const isText = result.value === undefined;
    const output = {
      content: wellFormed(isText ? result.text : JSON.stringify(result.value, null, 2)),
      contentType: isText ? 'text/markdown' : 'application/json',
    };
    const done = { ...result, output, ref: refOf(output) };
    const { sha256, bytes, preview } = done.ref;
    const facts = {
      ...this.#ledger.shown,
      digest: sha256,
      bytes,
      preview,
      durationMs: Date.now() - this.#startedAtMs,
    };
    const events: RunEvent[] = [
      event('step.completed', {
        ...facts,
        model: result.modelUsed,
        percent: this.#input.progressAfter.percent,
      }),
      event('usage', { ...this.#ledger.shown, ...usageOf(this.#calls, result.modelUsed) }),
    ];
    if (this.#input.step === 'INTEGRATE') events.push(event('phase.completed', this.#ledger.shown));
    if (await this.#ledger.close({ status: 'completed', done }, this.#calls, events)) return done.ref;
    // It is in already, and the word of it was lost with a connection; or somebody else was faster.
    const decided = await this.#ledger.findOutput();
    if (decided === undefined) throw lostTry();
    return this.#stored(decided);
  }

  /** Writes down what went wrong and what it had cost, and gives the failure that Temporal decides by. */
  #failureOf(error: unknown): Promise<Error> | Error {
    const recall = recallOf();
    const verdict = verdictOf(error);
    if (recall === 'lost' || verdict.type === failureTypes.stepLost) return lostTry();
    if (recall === 'canceled') return this.#giveUp('canceled', verdict);
    if (recall === 'stopping')
      return this.#tryAgain(workerStopped, HANDED_BACK_MS, failureTypes.workerStopped);
    if (verdict.type === failureTypes.dependencyUnavailable) log.error('a step failed', { error });
    if (!verdict.retryable || this.#earlierFailures >= this.#limits.maxRetries)
      return this.#giveUp('failed', verdict);
    const delayMs = delayAfter(this.#earlierFailures + 1, this.#limits, verdict.retryAfterMs);
    return this.#tryAgain({ code: verdict.type, message: verdict.message }, delayMs, verdict.type);
  }

  async #giveUp(status: 'failed' | 'canceled', { type, message }: Verdict): Promise<Error> {
    await this.#ledger.close({ status, error: { code: type, message } }, this.#calls, []);
    if (status === 'canceled') return new CancelledFailure(message);
    return ApplicationFailure.nonRetryable(message, type);
  }

  async #tryAgain(error: StepError, nextRetryMs: number, type: string): Promise<Error> {
    const data = { ...this.#ledger.shown, ...error, nextRetryMs };
    await this.#ledger.close({ status: 'running', error }, this.#calls, [event('step.retrying', data)]);
    return ApplicationFailure.create({ message: error.message, type, nextRetryDelay: nextRetryMs });
  }
}
