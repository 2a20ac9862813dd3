import type pg from 'pg';
import { newId } from '../../../src/contracts/ids.js';
import { localText } from '../../../src/contracts/templates/template.js';
import { storeBlob } from '../../../src/db/runs/blobs.js';
import { decideGate, openGate } from '../../../src/db/sessions/gates.js';
import { insertRun } from '../../../src/db/runs/runs.js';
import { insertSession, storeSessionState } from '../../../src/db/sessions/sessions.js';
import { findTemplate, seedBuiltinTemplates } from '../../../src/db/templates/templates.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import type { SessionCommand } from '../../../src/domain/sessions/commands.js';
import { applyCommand, applyFact } from '../../../src/domain/sessions/machine.js';
import { progressOf } from '../../../src/domain/sessions/progress.js';
import {
  currentPhase,
  dueStep,
  initialSession,
  type ContentRef,
  type SessionState,
} from '../../../src/domain/sessions/state.js';

export interface SessionSeed {
  readonly topic?: string;
  readonly template?: string;
  readonly tags?: string[];
  readonly input?: Record<string, unknown>;
  readonly origin?: string;
  readonly autoSteps?: boolean;
  readonly budget?: { maxTokens?: number; maxCostUsd?: number };
  /** How long ago it began. */
  readonly agoMs?: number;
}

export interface StepSeed {
  readonly text?: string;
  readonly durationMs?: number;
  /** Failed tries before the one that worked. */
  readonly failedTries?: number;
  readonly costUsd?: number | null;
}

const MINUTE_MS = 60_000;

/**
 * A session whose rows are written as the workflow and its activities write them, at times that the test chooses. Its
 * clock begins when the session does and moves only when a test moves it.
 */
export class SeededSession {
  #clockMs = 0;
  readonly #pool: pg.Pool;
  readonly #ownerId: string;
  #state: SessionState;

  private constructor(
    pool: pg.Pool,
    readonly id: string,
    ownerId: string,
    state: SessionState,
  ) {
    this.#pool = pool;
    this.#ownerId = ownerId;
    this.#state = state;
  }

  static async create(pool: pg.Pool, ownerId: string, seed: SessionSeed = {}): Promise<SeededSession> {
    const id = newId('session');
    const name = seed.template ?? 'minimal';
    await withTransaction(pool, seedBuiltinTemplates);
    const template = await findTemplate(pool, name);
    if (template === undefined) throw new Error(`there is no template ${name}`);
    const { phases } = template.definition;
    const state = initialSession({
      plan: {
        phases: phases.map((phase, index) => ({
          title: localText(phase.title, 'en'),
          gate: index < phases.length - 1,
        })),
        autoSteps: seed.autoSteps ?? true,
        gateTimeoutMs: null,
        onTimeout: 'hold',
      },
    });
    const topic = seed.topic ?? 'Small cinemas';
    await insertRun(pool, {
      id,
      kind: 'cot-session',
      ownerId,
      title: topic,
      input: { topic },
      workflowInput: {},
      progress: { ...progressOf(state), status: 'queued' },
      workflowId: `cot-session:${id}`,
      workflowType: 'cotSession',
      taskQueue: 'flow',
      tags: seed.tags ?? [],
      ...(seed.origin === undefined ? {} : { origin: { runId: seed.origin, relation: 'fork' as const } }),
    });
    const input =
      seed.input === undefined
        ? null
        : await storeBlob(pool, id, { content: JSON.stringify(seed.input), contentType: 'application/json' });
    await insertSession(pool, {
      runId: id,
      templateName: name,
      templateVersion: template.version,
      topic,
      language: 'en',
      inputSha256: input?.sha256 ?? null,
      model: null,
      options: { limits: { maxRetries: 3, retryDelayMs: 1_000, stepTimeoutMs: 300_000 }, input },
      state,
      forkFrom: seed.origin === undefined ? null : { phase: 2, step: 'THINK' },
      budget: seed.budget ?? {},
    });
    const session = new SeededSession(pool, id, ownerId, state);
    session.#clockMs = Date.now() - (seed.agoMs ?? 60 * MINUTE_MS);
    await pool.query('update runs set created_at = $2, updated_at = $2 where id = $1', [id, session.now]);
    return session;
  }

  get now(): string {
    return new Date(this.#clockMs).toISOString();
  }

  /** Of the output of a phase as it stands. */
  digestOf(phase: number): string {
    return this.#state.phases[phase - 1]?.output?.sha256 ?? '';
  }

  wait(ms: number): void {
    this.#clockMs += ms;
  }

  /** Runs the step that is due, to its end. */
  async step(seed: StepSeed = {}): Promise<string> {
    const { durationMs = 2_000, failedTries = 0, costUsd = 0.01 } = seed;
    const stepId = await this.beginStep();
    const { phase } = this.#state;
    const { attempt } = currentPhase(this.#state);
    const step = dueStep(currentPhase(this.#state))!;
    for (let number = 1; number <= failedTries; number += 1) {
      await this.#addTry(stepId, number, {
        durationMs: 100,
        error: { code: 'model_overloaded', message: 'busy' },
      });
    }
    await this.#addTry(stepId, failedTries + 1, { durationMs, costUsd });
    this.#clockMs = this.#clockMs + durationMs;
    const text = seed.text ?? `# ${step} of phase ${phase}\n\nattempt ${attempt} of ${this.id}`;
    const ref = await storeBlob(this.#pool, this.id, { content: text, contentType: 'text/markdown' });
    await this.#pool.query(
      `update session_steps set status = 'completed', finished_at = $2, output_sha256 = $3, output_bytes = $4,
              provider = 'offline', model_used = 'offline', finish_reason = 'stop', ttft_ms = 5,
              tokens_in = 100, tokens_out = 50, cost_usd = $5
        where id = $1`,
      [stepId, this.now, ref.sha256, ref.bytes, costUsd],
    );
    await this.#apply({ kind: 'step_finished', phase, step, result: { stepId, attempt, ref } });
    return stepId;
  }

  /** Leaves the step that is due running. */
  async beginStep(): Promise<string> {
    const stepId = newId('step');
    const step = dueStep(currentPhase(this.#state));
    const prompt = {
      system: 'be brief',
      messages: [{ role: 'user', content: `${step} of ${this.#state.phase}` }],
    };
    const ref = await storeBlob(this.#pool, this.id, {
      content: JSON.stringify(prompt),
      contentType: 'application/json',
    });
    await this.#pool.query(
      `insert into session_steps (id, run_id, phase, step, attempt, status, step_key, prompt_sha256, model_asked,
                                  queued_at, started_at)
       values ($1, $2, $3, $4, $5, 'running', $1, $6, 'offline', $7, $7)`,
      [stepId, this.id, this.#state.phase, step, currentPhase(this.#state).attempt, ref.sha256, this.now],
    );
    await this.#project();
    return stepId;
  }

  async #addTry(
    stepId: string,
    number: number,
    given: { durationMs: number; costUsd?: number | null; error?: { code: string; message: string } },
  ): Promise<void> {
    await this.#pool.query(
      `insert into session_step_tries (step_id, try, started_at, finished_at, model_used, tokens_in, tokens_out,
                                       cost_usd, error)
       values ($1, $2, $3, $3::timestamptz + $4 * interval '1 millisecond', 'offline', 100, 50, $5, $6)`,
      [stepId, number, this.now, given.durationMs, given.costUsd ?? null, given.error ?? null],
    );
  }

  async phase(seed: StepSeed & { output?: string } = {}): Promise<void> {
    await this.step(seed);
    await this.step(seed);
    await this.step({ ...seed, ...(seed.output === undefined ? {} : { text: seed.output }) });
  }

  async openGate(): Promise<string> {
    const gateId = newId('gate');
    await this.#apply({ kind: 'gate_opened', gateId });
    if (this.#state.waiting.kind !== 'gate') throw new Error('no gate is due');
    await openGate(this.#pool, this.id, {
      gate: this.#state.waiting.gate,
      phaseTitle: progressOf(this.#state).phaseTitle,
    });
    return gateId;
  }

  approve(comment: string | null = null, notes: string | null = null): Promise<void> {
    return this.#decide(async (by, digest) => ({
      kind: 'approve',
      by,
      digest,
      comment,
      notes: notes === null ? null : await this.#keep(notes),
    }));
  }

  edit(text: string): Promise<void> {
    return this.#decide(async (by, digest) => ({
      kind: 'edit',
      by,
      digest,
      comment: null,
      output: await this.#keep(text),
      notes: null,
    }));
  }

  /** The whole of a phase anew, by a reviewer's wish. */
  redo(phase: number, instructions = 'shorter'): Promise<void> {
    return this.#decide(async (by) => ({
      kind: 'redo',
      by,
      from: { phase, step: 'THINK' },
      digest: null,
      comment: null,
      instructions: await this.#keep(instructions),
      input: null,
      model: null,
    }));
  }

  #keep(text: string): Promise<ContentRef> {
    return storeBlob(this.#pool, this.id, { content: text, contentType: 'text/markdown' });
  }

  async #decide(
    command: (by: { userId: string; via: 'api' }, digest: string) => Promise<SessionCommand>,
  ): Promise<void> {
    const by = { userId: this.#ownerId, via: 'api' as const };
    const digest = this.#state.waiting.kind === 'gate' ? this.#state.waiting.gate.digest : '';
    await this.command(await command(by, digest));
  }

  async command(command: SessionCommand): Promise<void> {
    const { state, events } = applyCommand(this.#state, command, this.#clockMs);
    this.#state = state;
    for (const each of events) {
      if (each.type === 'gate.decided')
        await decideGate(this.#pool, each.gate, { decision: each.decision, atMs: this.#clockMs });
      if (each.type === 'session.paused' || each.type === 'session.resumed')
        await this.event(each.type, { by: this.#ownerId, reason: null });
    }
    await this.#project();
  }

  pause(): Promise<void> {
    return this.command({ kind: 'pause', by: { userId: this.#ownerId, via: 'api' }, reason: null });
  }

  resume(): Promise<void> {
    return this.command({ kind: 'resume', by: { userId: this.#ownerId, via: 'api' }, reason: null });
  }

  goOn(): Promise<void> {
    const by = { userId: this.#ownerId, via: 'api' } as const;
    return this.command({ kind: 'go_on', by, instructions: null, model: null });
  }

  /** Phase by phase to the end, each gate approved after `waitMs`. */
  async finish(waitMs = MINUTE_MS, seed: StepSeed = {}): Promise<void> {
    while (this.#state.ending === null) {
      await this.phase(seed);
      if (this.#state.ending !== null) return;
      await this.openGate();
      this.wait(waitMs);
      await this.approve();
    }
  }

  async fail(): Promise<void> {
    const stepId = await this.beginStep();
    const { phase } = this.#state;
    const { attempt } = currentPhase(this.#state);
    const step = dueStep(currentPhase(this.#state))!;
    const error = { code: 'model_overloaded', message: 'the model is overloaded' };
    await this.#addTry(stepId, 1, { durationMs: 100, error });
    await this.#addTry(stepId, 2, { durationMs: 100, error });
    this.wait(200);
    await this.#pool.query(
      `update session_steps set status = 'failed', finished_at = $2, error = $3 where id = $1`,
      [stepId, this.now, error],
    );
    await this.#apply({ kind: 'step_failed', stepId, attempt, problem: { phase, step, ...error } });
  }

  async event(type: string, data: object): Promise<void> {
    await this.#pool.query(
      `with moved as (update runs set last_pos = last_pos + 1 where id = $1 returning last_pos)
       insert into run_events (run_id, pos, type, data, at) select $1, last_pos, $2, $4, $3 from moved`,
      [this.id, type, this.now, data],
    );
  }

  async #apply(fact: Parameters<typeof applyFact>[1]): Promise<void> {
    this.#state = applyFact(this.#state, fact, this.#clockMs).state;
    await this.#project();
  }

  /** Writes the row as the projection does, at the session's own time. */
  async #project(): Promise<void> {
    const progress = progressOf(this.#state);
    await storeSessionState(this.#pool, this.id, { state: this.#state, projected: null });
    await this.#pool.query(
      `update runs set status = $2, progress = $3, updated_at = $4, started_at = coalesce(started_at, $4),
              finished_at = case when $5 then $4::timestamptz end, version = version + 1
        where id = $1`,
      [this.id, progress.status, progress, this.now, this.#state.ending !== null],
    );
  }
}
