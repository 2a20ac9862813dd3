import type { Pool } from 'pg';
import type { SourceWatcher } from '../../contracts/sql/ports.js';
import { event } from '../../contracts/event-data.js';
import { projectRun } from '../../db/runs/events.js';
import { withTransaction } from '../../db/base/transaction.js';
import { projectProgress, type SqlRunControl } from '../../db/sql/tries.js';
import { progressOf, type SqlEvidence, type SqlProgress } from '../../domain/sql/progress.js';

export interface ProjectorOptions {
  readonly pool: Pool;
  readonly runId: string;
  readonly attempt: number;
  readonly before: SqlProgress;
  readonly usualMs: number | null;
  readonly usualRows: number | null;
  readonly planRows: number | null;
  readonly look: () => {
    readonly rows: number;
    readonly bytes: number;
    readonly enginePercent: number | null;
  };
  /** Opened once the statement has run for a while: most never need it. */
  readonly watch: () => Promise<SourceWatcher | undefined>;
  readonly onControl: (control: SqlRunControl | undefined) => void;
  /** When the statement has come to another phase. */
  readonly onPhase: (progress: SqlProgress, rows: number) => void;
  readonly onTrouble: (error: unknown) => void;
}

interface Sight {
  readonly waitingOn: string | null;
  readonly tempBytes: number | null;
}

const nothingSeen: Sight = { waitingOn: null, tempBytes: null };

/** More than twice a second: a cancel is seen within the second that it may take. */
const TICK_MS = 400;
const WATCH_AFTER_MS = 1_000;

/**
 * Projects a statement's progress, and reads whether the run was canceled or ended.
 *
 * T1. A failed projection ends no statement: our own database may be away for a while.
 * T2. A slow look at the source delays no projection: its answer carries the request to cancel.
 * T3. An event is published when the percentage or the phase changes: some hundred at most.
 */
export class ProgressProjector {
  #phase: SqlEvidence['phase'] = 'admitted';
  readonly #startedAt = performance.now();
  #fetchingAt: number | undefined;
  #projected: SqlProgress;
  #events = 0;
  #pid: number | undefined;
  #watcher: Promise<SourceWatcher | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #projecting: Promise<void> = Promise.resolve();
  #looking: Promise<void> | undefined;
  #seen: Sight = nothingSeen;
  #memory = 0;
  readonly #options: ProjectorOptions;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#projected = options.before;
  }

  start(): void {
    this.#project();
    this.#timer = setInterval(() => this.#project(), TICK_MS);
  }

  reach(phase: SqlEvidence['phase'], pid?: number): void {
    this.#phase = phase;
    this.#pid = pid ?? this.#pid;
    if (phase === 'fetching') this.#fetchingAt ??= performance.now();
    this.#project();
  }

  /** Nothing is projected after this. */
  async stop(): Promise<number> {
    clearInterval(this.#timer);
    await this.#projecting;
    await this.#looking;
    const watcher = await this.#watcher?.catch(() => undefined);
    await watcher?.close();
    return this.#memory;
  }

  /** Projections run one after the other, so that a later one is newer. */
  #project(): void {
    this.#projecting = this.#projecting.then(() => this.#projectNow().catch(this.#options.onTrouble));
  }

  async #projectNow(): Promise<void> {
    const { pool, runId, attempt, look, onControl, onPhase } = this.#options;
    const { rows, bytes, enginePercent } = look();
    const progress = progressOf(this.#evidence(rows, enginePercent), this.#projected);
    this.#memory = Math.max(this.#memory, process.memoryUsage.rss());
    const seen = { runId, attempt, progress, rows, bytes, ...this.#seen, memory: this.#memory };
    onControl(await projectProgress(pool, seen));
    this.#look();
    const { percent, phase } = this.#projected;
    if (progress.phase !== phase) onPhase(progress, rows);
    if (progress.percent !== percent || progress.phase !== phase) await this.#publish(progress, rows);
    this.#projected = progress;
  }

  #evidence(rows: number, enginePercent: number | null): SqlEvidence {
    const { usualMs, usualRows, planRows } = this.#options;
    const now = performance.now();
    return {
      phase: this.#phase,
      rows,
      usualMs,
      usualRows,
      planRows,
      enginePercent,
      elapsedMs: now - this.#startedAt,
      fetchingMs: now - (this.#fetchingAt ?? now),
    };
  }

  async #publish(progress: SqlProgress, rows: number): Promise<void> {
    const { pool, runId, attempt } = this.#options;
    this.#events += 1;
    const { percent, phase, basis, etaMs } = progress;
    const data = { percent, phase, basis, etaMs, rows, attempt };
    await withTransaction(pool, (tx) =>
      projectRun(tx, {
        runId,
        dedupKey: `sql:${attempt}:${this.#events}`,
        progress: data,
        events: [event('job.progress', data)],
      }),
    );
  }

  /** The next projection carries the sight. Looks never run beside each other. */
  #look(): void {
    const pid = this.#pid;
    if (this.#looking !== undefined || pid === undefined) return;
    if (performance.now() - this.#startedAt < WATCH_AFTER_MS) return;
    this.#looking = this.#sight(pid).then((seen) => {
      this.#seen = seen;
      this.#looking = undefined;
    });
  }

  async #sight(pid: number): Promise<Sight> {
    this.#watcher ??= this.#options.watch();
    // A source that does not let itself be watched is asked no further.
    const watcher = await this.#watcher.catch(() => undefined);
    return (await watcher?.look(pid).catch(() => undefined)) ?? nothingSeen;
  }
}
