import type pg from 'pg';
import type { DataSource } from '../../contracts/sql/data-source.js';
import { SourceError, type SourcePlanner, type SourceStatement } from '../../contracts/sql/ports.js';
import type { Field } from '../../domain/sql/result-csv.js';
import { ExtendedQuery, FRAME } from './extended-query.js';
import { connectSource, sourceClient, streamOf } from './source-client.js';
import { sourceErrorOf } from './source-error.js';

/**
 * Connections for EXPLAIN, kept: making one costs more than a plan.
 *
 * L1. No statement runs here. The server takes one query behind EXPLAIN, without ANALYZE, in the frame of a run.
 * L2. Before its next use a connection is rolled back and reset: settings, locks and plans of a statement are gone.
 * L3. After any failure a connection is ended, never kept.
 * L4. Nobody waits for a connection in use: a further one is made, and ended when enough are kept.
 * L5. A kept connection that turns out to be lost costs another try: nothing has run.
 */
export function createSourcePlanner(): SourcePlanner {
  const bySource = new Map<string, PlanningConnections>();
  return {
    plan(source, statement) {
      const connections = bySource.get(source.url) ?? new PlanningConnections(source);
      bySource.set(source.url, connections);
      return connections.plan(statement);
    },
  };
}

const MOST_KEPT = 4;
const IDLE_MS = 60_000;
/** New settings of the role hold after this time. */
const OLD_MS = 300_000;
/** Planning may evaluate functions over constants, so it is as guarded as the statement itself, and shorter. */
const limits = { statementTimeoutMs: 10_000, lockTimeoutMs: 2_000, applicationName: 'sluice estimate' };
/** The server ends a plan in time. A server that says nothing even then is away. */
const SILENCE_MS = limits.statementTimeoutMs + 2_000;

class PlanningConnections {
  readonly #idle = new Set<PlanningConnection>();
  readonly #source: DataSource;

  constructor(source: DataSource) {
    this.#source = source;
  }

  async plan(statement: SourceStatement): Promise<unknown> {
    const kept = this.#take();
    try {
      if (kept !== undefined) return await this.#planOn(kept, statement);
    } catch (error) {
      if (!(error instanceof SourceError) || error.fault !== 'connection') throw error;
    }
    return this.#planOn(await PlanningConnection.open(this.#source), statement);
  }

  /** The one used last: its catalogs are warm, and the others come of age. */
  #take(): PlanningConnection | undefined {
    const kept = [...this.#idle].at(-1);
    if (kept === undefined) return undefined;
    this.#idle.delete(kept);
    kept.wake();
    return kept;
  }

  async #planOn(connection: PlanningConnection, statement: SourceStatement): Promise<unknown> {
    try {
      const plan = await connection.explain(statement);
      void this.#keep(connection);
      return plan;
    } catch (error) {
      connection.end();
      throw error;
    }
  }

  async #keep(connection: PlanningConnection): Promise<void> {
    const isReset = await connection.reset();
    if (!isReset || connection.isOld || this.#idle.size >= MOST_KEPT) return connection.end();
    this.#idle.add(connection);
    connection.rest(() => {
      this.#idle.delete(connection);
      connection.end();
    });
  }
}

class PlanningConnection {
  #onOver: () => void = () => undefined;
  #resting: NodeJS.Timeout | undefined;
  readonly #openedAt = performance.now();
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
    // A lost connection tells its query and then everybody: without a listener the process would end.
    client.on('error', () => this.#onOver());
  }

  static async open(source: DataSource): Promise<PlanningConnection> {
    const client = sourceClient(source, limits);
    const connection = new PlanningConnection(client);
    try {
      await connectSource(client);
      return connection;
    } catch (cause) {
      connection.end();
      throw new SourceError('connection', 'the data source could not be reached', { cause });
    }
  }

  get isOld(): boolean {
    return performance.now() - this.#openedAt > OLD_MS;
  }

  /** The plan in JSON. A place in a refusal is one in the statement. */
  async explain({ sql, params }: SourceStatement): Promise<unknown> {
    const rows: Field[] = [];
    const before = 'explain (format json) ';
    const silent = setTimeout(() => streamOf(this.#client).destroy(), SILENCE_MS);
    try {
      const query = { text: `${before}${sql}`, params, before: FRAME };
      await this.#run(new ExtendedQuery(query, ([row]) => rows.push(row ?? null)));
    } catch (error) {
      throw placed(sourceErrorOf(error, 'connection'), before.length);
    } finally {
      clearTimeout(silent);
    }
    return JSON.parse(rows[0] ?? '[]');
  }

  /** False: nothing more is to be done with it. */
  async reset(): Promise<boolean> {
    const silent = setTimeout(() => streamOf(this.#client).destroy(), SILENCE_MS);
    try {
      await this.#run(new ExtendedQuery({ text: 'rollback' }));
      await this.#run(new ExtendedQuery({ text: 'discard all' }));
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(silent);
    }
  }

  /** Tells when it is lost, or was not used for long. Meanwhile it keeps no process alive. */
  rest(onOver: () => void): void {
    this.#onOver = onOver;
    this.#resting = setTimeout(onOver, IDLE_MS).unref();
    streamOf(this.#client).unref();
  }

  wake(): void {
    this.#onOver = () => undefined;
    clearTimeout(this.#resting);
    streamOf(this.#client).ref();
  }

  end(): void {
    clearTimeout(this.#resting);
    this.#client.end().catch(() => undefined);
  }

  async #run(query: ExtendedQuery): Promise<void> {
    (this.#client as unknown as { query(query: ExtendedQuery): void }).query(query);
    await query.done;
  }
}

function placed(error: SourceError, shift: number): SourceError {
  const { position } = error.details;
  if (position === undefined) return error;
  return new SourceError(error.fault, error.message, { ...error.details, position: position - shift });
}
