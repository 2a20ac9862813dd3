import pg from 'pg';
import type { Logger } from './logger.js';
import { isUnanswered } from '../domain/unanswered.js';
import { currentMeter } from './query-meter.js';
import { createTickSocket } from './tick-socket.js';

const IDLE_IN_TRANSACTION_MS = 5_000;
const STATEMENT_MS = 30_000;
const CONNECT_MS = 5_000;
const UNHEARD_MS = 3_000;
const TYPE_INT8 = 20;
const TYPE_TIMESTAMPTZ = 1184;

/** `2026-01-02 03:04:05.1234+00` → `2026-01-02T03:04:05.123400Z`. A JS Date would lose the microseconds. */
export function toRfc3339(text: string): string {
  const [time = '', fraction = ''] = text
    .slice(11)
    .replace(/\+00(:00)?$/, '')
    .split('.');
  return `${text.slice(0, 10)}T${time}.${fraction.padEnd(6, '0')}Z`;
}

function parserOf(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === TYPE_TIMESTAMPTZ) return toRfc3339;
  // Our own counters stay far below 2^53. SQL sessions, whose numbers are anyone's, use a connection of their own.
  if (oid === TYPE_INT8) return Number;
  return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
}

/** A client that reports each statement to the meter of the request it runs for. */
class MeteredClient extends pg.Client {
  // pg's overloads (config, callback, stream) cannot be re-stated without `any`; promises are all that we time.
  override query = ((...args: unknown[]): unknown => {
    const meter = currentMeter();
    const run = pg.Client.prototype.query as (...args: unknown[]) => unknown;
    const startedAt = performance.now();
    const result = run.apply(this, [...this.shape(args)]);
    if (meter === undefined) return result;
    meter.queries += 1;
    if (!(result instanceof Promise)) return result;
    return result.finally(() => void (meter.durationMs += performance.now() - startedAt));
  }) as unknown as pg.Client['query'];

  /** The statement as it is sent. */
  shape(args: readonly unknown[]): readonly unknown[] {
    return args;
  }
}

/**
 * It names no statement. A pooler gives each transaction another connection. A name of ours is unknown there, or taken.
 */
class PooledClient extends MeteredClient {
  override shape([statement, ...rest]: readonly unknown[]): readonly unknown[] {
    return [isNamed(statement) ? { ...statement, name: undefined } : statement, ...rest];
  }
}

function isNamed(statement: unknown): statement is { readonly name: string } {
  return (
    typeof statement === 'object' &&
    statement !== null &&
    Object.getPrototypeOf(statement) === Object.prototype &&
    'name' in statement
  );
}

/**
 * A pool whose queries belong to their own request. pg's own `pool.query` sends from a foreign context, and throws
 * away a healthy connection when a statement fails.
 */
class MeteredPool extends pg.Pool {
  override query = (async (...args: unknown[]): Promise<unknown> => {
    const client = await this.connect();
    let dead = false;
    try {
      return await (client.query as (...args: unknown[]) => Promise<unknown>)(...args);
    } catch (error) {
      dead = isUnanswered(error);
      throw error;
    } finally {
      client.release(dead);
    }
  }) as unknown as pg.Pool['query'];
}

export interface PoolOptions {
  databaseUrl: string;
  max: number;
  applicationName: string;
  logger: Logger;
  statementTimeoutMs?: number;
  /** The address is that of a pooler of transactions. */
  behindPooler?: boolean;
  connectTimeoutMs?: number;
}

export function createPool(options: PoolOptions): pg.Pool {
  const statementMs = options.statementTimeoutMs ?? STATEMENT_MS;
  const pool = new MeteredPool({
    connectionString: options.databaseUrl,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? CONNECT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementMs,
    // The server ends a statement in time; who hears nothing even then talks to nobody, as behind a pulled cable.
    query_timeout: statementMs + UNHEARD_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // A process frozen in the middle of a transaction holds the locks of a run. Everybody else would wait for them.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    options: '-c TimeZone=UTC',
    types: { getTypeParser: parserOf as never },
    Client: options.behindPooler === true ? PooledClient : MeteredClient,
    // Statements of one transaction that do not wait for each other go out together.
    pipeline: true,
    stream: createTickSocket,
  });
  // A connection lost in use fails its statement, then emits 'error': without a listener the process would end.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Without a listener an idle client's lost connection would end the process.
  // Only its message: the error carries the whole connection.
  pool.on('error', ({ message }) =>
    options.logger.warn({ reason: message }, 'an idle database connection was lost'),
  );
  return pool;
}

/** A connection outside the pool, for LISTEN: it belongs to one reader for the life of the process. */
export function createListenerClient(databaseUrl: string, applicationName: string): pg.Client {
  return new pg.Client({ connectionString: databaseUrl, application_name: applicationName, keepAlive: true });
}
