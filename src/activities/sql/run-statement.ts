import { setTimeout } from 'node:timers/promises';
import { ApplicationFailure, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import type { RunResult } from '../../contracts/runs/run.js';
import { RESULT_SOURCE, resultSource, type DataSource } from '../../contracts/sql/data-source.js';
import {
  SourceError,
  type EngineSession,
  type ResultEngine,
  type SourceConnector,
  type SourceSession,
} from '../../contracts/sql/ports.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { SqlRunRow } from '../../db/sql/find-run.js';
import { findResultTables } from '../../db/sql/result-tables.js';
import { resultNamesIn } from '../../domain/sql/result-names.js';
import { beginTry, holdsRun, keepPartial, keepResult, type StoredRows } from '../../db/sql/tries.js';
import { queuedProgress } from '../../domain/sql/progress.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { storeResult } from '../reports/store-result.js';
import { failureOf, type StopReason } from './failure.js';
import { RowPipe } from './row-pipe.js';
import { ProgressProjector } from './progress-projector.js';

/**
 * Runs one statement from its connection to its stored rows.
 *
 * R1. Its session is closed at each end: the statement rolls back and is gone from the database.
 * R2. Only what the statement did is its failure. A source that is away is waited for before the statement begins.
 * R3. A later try of the same run takes over: this one then ends without a word.
 * R4. Never two tries of a run at its source. A try opens its connection, then looks whether it still has the run, and only
 *     then runs the statement. A later try first takes the run, then ends every connection that earlier ones have open. So
 *     a try that was frozen either finds that it lost the run, or its connection is ended.
 */
export interface RunStatementDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly connector: SourceConnector;
  readonly engine: ResultEngine;
  readonly sql: SqlSettings;
}

export interface Ran {
  readonly run: SqlRunRow;
  readonly result: RunResult;
  readonly stored: StoredRows;
}

export interface Try {
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** A database that restarts is back in this time. */
const OPEN_PATIENCE_MS = 30_000;
const OPEN_AGAIN_MS = 1_000;
/** After a cancel the server has this long to end the statement by itself; then the connection is cut. */
const CANCEL_GRACE_MS = 700;

export async function runStatement(deps: RunStatementDeps, run: SqlRunRow, tried: Try): Promise<Ran> {
  const begun = await beginTry(deps.pool, run.id, tried.attempt);
  if (begun === undefined) throw failureOf(undefined, 'ended', 0);
  const source = run.dataSource === RESULT_SOURCE ? resultSource : deps.sql.sources.get(run.dataSource);
  if (source === undefined) {
    const message = `The data source ${run.dataSource} is no longer configured.`;
    throw ApplicationFailure.nonRetryable(message, failureTypes.invalidInput);
  }
  const statement = new RunningStatement(deps, { record: run, source, tried });
  statement.start({ ...queuedProgress, ...begun.progress });
  log.info('a statement begins', { runId: run.id, dataSource: run.dataSource, attempt: tried.attempt });
  try {
    const ran = await statement.run();
    const { rowCount, bytes, executionMs } = ran.stored;
    log.info('a statement has finished', { runId: run.id, rowCount, bytes, executionMs });
    return ran;
  } catch (error) {
    log.warn('a statement has failed', { runId: run.id, attempt: tried.attempt, error });
    throw error;
  } finally {
    await statement.close();
  }
}

interface StatementTry {
  readonly record: SqlRunRow;
  readonly source: DataSource;
  readonly tried: Try;
}

class RunningStatement {
  #session: SourceSession | undefined;
  #engine: EngineSession | undefined;
  #pipe: RowPipe | undefined;
  #projector!: ProgressProjector;
  #beganAt = 0;
  #stopped: StopReason | undefined;
  readonly #clock: NodeJS.Timeout;
  readonly #onAbort = (): void => this.#stop('canceled');
  readonly #deps: RunStatementDeps;
  readonly #record: SqlRunRow;
  readonly #source: DataSource;
  readonly #tried: Try;

  constructor(deps: RunStatementDeps, { record, source, tried }: StatementTry) {
    this.#deps = deps;
    this.#record = record;
    this.#source = source;
    this.#tried = tried;
    this.#clock = globalThis.setTimeout(() => this.#stop('timeout'), this.#limitMs);
    tried.signal.addEventListener('abort', this.#onAbort);
  }

  start(before: typeof queuedProgress): void {
    const { id, estimate } = this.#record;
    this.#projector = new ProgressProjector({
      pool: this.#deps.pool,
      runId: id,
      attempt: this.#tried.attempt,
      before,
      usualMs: estimate?.usual_ms ?? null,
      usualRows: estimate?.usual_rows ?? null,
      planRows: estimate?.rows ?? null,
      look: () => ({
        rows: this.#pipe?.rows ?? 0,
        bytes: this.#pipe?.bytes ?? 0,
        enginePercent: this.#engine?.percent ?? null,
      }),
      watch: () =>
        this.#source === resultSource ? Promise.resolve(undefined) : this.#deps.connector.watch(this.#source),
      onControl: (control) => {
        if (control === undefined || control.ended) this.#stop('ended');
        else if (control.cancelRequested) this.#stop('canceled');
      },
      onPhase: ({ phase, percent, basis }, rows) =>
        log.info('a statement is getting on', { runId: id, phase, percent, basis, rows }),
      onTrouble: (error) =>
        log.warn('the progress of a statement could not be projected', { runId: id, error }),
    });
    this.#projector.start();
  }

  async run(): Promise<Ran> {
    try {
      const session = await this.#open();
      await this.#standAlone(session);
      this.#beganAt = performance.now();
      // Known before the statement is planned: planning waits for locks.
      this.#projector.reach('admitted', session.pid);
      const columns = await session.declare(this.#record);
      // Its rows would be empty, and no file has a place for such a row.
      if (columns.length === 0) throw new SourceError('statement', 'the statement gives no column');
      this.#projector.reach('planned');
      return await this.#rowsOf(session, columns);
    } catch (error) {
      throw failureOf(error, this.#stopped, this.#limitMs);
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#clock);
    this.#tried.signal.removeEventListener('abort', this.#onAbort);
    await Promise.all([this.#session?.close(), this.#projector.stop()]);
  }

  get #limitMs(): number {
    return this.#source.limits.statementTimeoutMs ?? this.#deps.sql.statementTimeoutMs;
  }

  /** The first reason counts. */
  #stop(reason: StopReason): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    const session = this.#session;
    if (session === undefined) return;
    // A paused connection would not hear the server's answer.
    session.resume();
    session.cancel().catch(() => undefined);
    globalThis.setTimeout(() => void session.close(), CANCEL_GRACE_MS).unref();
  }

  async #open(): Promise<SourceSession> {
    const until = performance.now() + OPEN_PATIENCE_MS;
    for (;;) {
      try {
        this.#session = await this.#openOnce();
        if (this.#stopped !== undefined) throw new SourceError('timeout', 'it was stopped');
        return this.#session;
      } catch (error) {
        const isAway = error instanceof SourceError && error.fault === 'connection';
        if (!isAway || performance.now() > until || this.#stopped !== undefined) throw error;
        await setTimeout(OPEN_AGAIN_MS);
      }
    }
  }

  async #openOnce(): Promise<SourceSession> {
    const { connector, engine, pool, sql } = this.#deps;
    if (this.#source === resultSource) {
      const names = resultNamesIn(this.#record.sql);
      this.#engine = await engine.open(await findResultTables(pool, this.#record.ownerId, names));
      return this.#engine;
    }
    return connector.open(this.#source, {
      statementTimeoutMs: this.#limitMs,
      lockTimeoutMs: this.#source.limits.lockTimeoutMs ?? sql.lockTimeoutMs,
      applicationName: connectionName(this.#record.id),
    });
  }

  /** See R4. */
  async #standAlone({ pid }: SourceSession): Promise<void> {
    if (!(await holdsRun(this.#deps.pool, this.#record.id, this.#tried.attempt))) {
      this.#stop('ended');
      throw new SourceError('timeout', 'a later try has the run');
    }
    if (this.#tried.attempt === 1 || this.#source === resultSource) return;
    await this.#deps.connector.endEarlier(this.#source, {
      applicationName: connectionName(this.#record.id),
      pid,
    });
  }

  async #rowsOf(session: SourceSession, columns: StoredRows['columns']): Promise<Ran> {
    const { ceiling } = this.#deps.sql;
    const { limits } = this.#source;
    const rows = Math.min(this.#record.rowLimit ?? Infinity, limits.rows ?? Infinity, ceiling.rows);
    const bytes = Math.min(limits.bytes ?? Infinity, ceiling.bytes);
    const header = columns.map(({ name }) => name);
    const pipe = new RowPipe(session, { header, limits: { rows, bytes }, onFull: () => this.#stop('full') });
    this.#pipe = pipe;
    this.#projector.reach('running');
    const fetching = this.#fetch(session, pipe, rows);
    const result = await this.#store(pipe);
    const partialOf = await fetching;
    const stored = {
      columns,
      rowCount: pipe.rows,
      bytes: pipe.bytes,
      truncated: pipe.truncated,
      chunks: pipe.chunks,
      executionMs: Math.round(performance.now() - this.#beganAt),
    };
    if (partialOf === undefined) return { run: this.#record, result, stored };
    // A later try's rows are not to be mixed up with these.
    if (!(await holdsRun(this.#deps.pool, this.#record.id, this.#tried.attempt))) throw partialOf;
    await keepResult(this.#deps.pool, this.#record.id, stored);
    await keepPartial(this.#deps.pool, this.#record.id, { key: result.key, sha256: result.sha256 });
    throw partialOf;
  }

  /** Gives the failure of a statement whose rows so far are kept all the same. */
  async #fetch(session: SourceSession, pipe: RowPipe, rows: number): Promise<unknown> {
    try {
      // A row beyond the limit shows that there are more.
      await session.fetch(rows + 1, (fields) => {
        if (pipe.rows === 0) this.#projector.reach('fetching');
        pipe.take(fields);
      });
      this.#projector.reach('fetching');
      this.#projector.reach('storing');
      pipe.end();
    } catch (error) {
      if (this.#stopped === 'full') {
        pipe.end();
        return undefined;
      }
      const isPartial = !this.#deps.sql.dropPartial && pipe.rows > 0 && this.#stopped !== 'ended';
      if (isPartial) pipe.end();
      else pipe.fail(error);
      return isPartial ? error : undefined;
    }
    return undefined;
  }

  async #store(pipe: RowPipe): Promise<RunResult> {
    try {
      return await storeResult(this.#deps, {
        runId: this.#record.id,
        content: pipe.pieces(),
        contentType: 'text/csv; charset=utf-8; header=present',
        filename: `${this.#record.id}.csv`,
        signal: this.#tried.signal,
      });
    } catch (error) {
      this.#stop('unstored');
      throw error;
    }
  }
}

/** Connections of a run are known by it at the source. */
function connectionName(runId: string): string {
  return `sluice ${runId}`;
}
