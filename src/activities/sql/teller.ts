import type { Pool } from 'pg';
import type { SourceWatcher } from '../../contracts/sql/ports.js';
import { event } from '../../contracts/event-data.js';
import { projectRun } from '../../db/runs/events.js';
import { withTransaction } from '../../db/base/transaction.js';
import { tellProgress, type SqlHearing } from '../../db/sql/telling.js';
import { progressOf, type SqlEvidence, type SqlProgress } from '../../domain/sql/progress.js';

export interface TellerOptions {
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
  readonly onHearing: (hearing: SqlHearing | undefined) => void;
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
 * Reports a statement's progress, and reads whether it is still wanted.
 *
 * T1. A failed report ends no statement: our own database may be away for a while.
 * T2. A slow look at the source holds up no report: with the report comes the word of a cancel.
 * T3. An event is published when the percentage or the phase changes: some hundred at most.
 */
export class SqlTeller {
  #phase: SqlEvidence['phase'] = 'admitted';
  readonly #startedAt = performance.now();
  #fetchingAt: number | undefined;
  #told: SqlProgress;
  #events = 0;
  #pid: number | undefined;
  #watcher: Promise<SourceWatcher | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> = Promise.resolve();
  #looking: Promise<void> | undefined;
  #seen: Sight = nothingSeen;
  #memory = 0;
  readonly #options: TellerOptions;

  constructor(options: TellerOptions) {
    this.#options = options;
    this.#told = options.before;
  }

  start(): void {
    this.#tell();
    this.#timer = setInterval(() => this.#tell(), TICK_MS);
  }

  reach(phase: SqlEvidence['phase'], pid?: number): void {
    this.#phase = phase;
    this.#pid = pid ?? this.#pid;
    if (phase === 'fetching') this.#fetchingAt ??= performance.now();
    this.#tell();
  }

  /** Nothing is reported after this. */
  async stop(): Promise<number> {
    clearInterval(this.#timer);
    await this.#telling;
    await this.#looking;
    const watcher = await this.#watcher?.catch(() => undefined);
    await watcher?.close();
    return this.#memory;
  }

  /** Reports follow each other: a later one is newer. */
  #tell(): void {
    this.#telling = this.#telling.then(() => this.#tellNow().catch(this.#options.onTrouble));
  }

  async #tellNow(): Promise<void> {
    const { pool, runId, attempt, look, onHearing, onPhase } = this.#options;
    const { rows, bytes, enginePercent } = look();
    const progress = progressOf(this.#evidence(rows, enginePercent), this.#told);
    this.#memory = Math.max(this.#memory, process.memoryUsage.rss());
    const telling = { runId, attempt, progress, rows, bytes, ...this.#seen, memory: this.#memory };
    onHearing(await tellProgress(pool, telling));
    this.#look();
    const { percent, phase } = this.#told;
    if (progress.phase !== phase) onPhase(progress, rows);
    if (progress.percent !== percent || progress.phase !== phase) await this.#publish(progress, rows);
    this.#told = progress;
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
    const told = { percent, phase, basis, etaMs, rows, attempt };
    await withTransaction(pool, (tx) =>
      projectRun(tx, {
        runId,
        dedupKey: `sql:${attempt}:${this.#events}`,
        progress: told,
        events: [event('job.progress', told)],
      }),
    );
  }

  /** The next report tells what is seen. Looks never run beside each other. */
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
