import type { Socket } from 'node:net';
import pg from 'pg';
import type { DataSource } from '../../contracts/sql/data-source.js';
import type { SessionOptions } from '../../contracts/sql/ports.js';

/**
 * A kernel completes a connection, however busy its machine is: silence here means that nothing is there.
 * The server behind it has to be scheduled first, so its answer may take longer.
 */
const REACH_MS = 5_000;
export const ANSWER_MS = 20_000;

/** A connection to a data source, not yet made, with the limits of people's statements. */
export function sourceClient(source: DataSource, options: SessionOptions): pg.Client {
  return new pg.Client({
    connectionString: source.url,
    application_name: options.applicationName,
    connectionTimeoutMillis: ANSWER_MS,
    keepAlive: true,
    options: startSettings(options),
  });
}

export async function connectSource(client: pg.Client): Promise<void> {
  const stream = streamOf(client);
  const overdue = setTimeout(() => {
    // A process that stood still itself has not read yet what is there: it reads before this runs.
    setImmediate(() => {
      if (stream.connecting) stream.destroy(new Error(`no connection within ${REACH_MS} ms`));
    });
  }, REACH_MS);
  try {
    await client.connect();
  } finally {
    clearTimeout(overdue);
  }
}

/** The driver keeps it to itself. */
export function streamOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}

/** Between two of our own statements nothing waits for long; a worker that froze in between holds no snapshot. */
const IDLE_MS = 30_000;

function startSettings({
  statementTimeoutMs,
  lockTimeoutMs,
  idleTimeoutMs = IDLE_MS,
}: SessionOptions): string {
  const settings: Readonly<Record<string, string | number>> = {
    default_transaction_read_only: 'on',
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleTimeoutMs,
    // A worker that was killed is noticed while its statement runs, not at the next row.
    client_connection_check_interval: 1_000,
    // Values look the same whatever the server's own settings are.
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    IntervalStyle: 'iso_8601',
    bytea_output: 'hex',
    extra_float_digits: 1,
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}
