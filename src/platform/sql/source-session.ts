import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';
import {
  SourceError,
  type SessionOptions,
  type SourceConnector,
  type SourceSession,
  type SourceStatement,
  type SourceWatcher,
} from '../../contracts/sql/ports.js';
import type { DataSource } from '../../contracts/sql/data-source.js';
import type { Field } from '../../domain/sql/result-csv.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';
import { ExtendedQuery, FRAME } from './extended-query.js';
import { endEarlierConnections } from './earlier-connections.js';
import { connectSource, sourceClient, streamOf } from './source-client.js';
import { sourceErrorOf } from './source-error.js';
import { openWatcher } from './source-watcher.js';

/**
 * A connection on which one statement of somebody's runs.
 *
 * N1. Everything goes through the extended protocol, so a text is one statement or an error.
 * N2. The statement stands in a DECLARE CURSOR within REPEATABLE READ READ ONLY: it can neither write nor end that
 *     transaction. The server takes only a query there.
 * N3. The connection is never used again. Leftovers of a statement (settings, locks, temporary things) end with it.
 * N4. A cancel carries this connection's own key, so it cannot hit another one.
 */
export const sourceConnector: SourceConnector = {
  open: openSession,
  endEarlier: endEarlierConnections,
  watch: (source) => (source.monitorUrl === undefined ? nobody() : openWatcher(source.monitorUrl)),
};

function nobody(): Promise<SourceWatcher | undefined> {
  return Promise.resolve(undefined);
}

async function openSession(source: DataSource, options: SessionOptions): Promise<SourceSession> {
  const client = sourceClient(source, options);
  const session = new PostgresSession(client);
  try {
    await connectSource(client);
    await session.begin();
    return session;
  } catch (error) {
    await session.close();
    throw sourceErrorOf(error, 'connection');
  }
}

/**
 * The server makes a whole batch before it sends the first row. The first batch is small, so rows are seen early, and
 * none takes more server memory than this.
 */
const FIRST_BATCH = 20;
const LARGEST_BATCH = 20_000;
const BATCH_BYTES = 8 * 1024 * 1024;
/** A field may have a gigabyte. A single row of that size would end a worker. */
const WIDEST_ROW = 32 * 1024 * 1024;
const CURSOR = 'statement_of_this_run';

class PostgresSession implements SourceSession {
  pid = 0;
  #lost: Error | undefined;
  #isBusy = false;
  #tooWide = false;
  #closing: Promise<void> | undefined;
  #running: Promise<unknown> = Promise.resolve();
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
    // A lost connection fails its query, then emits 'error': without a listener the process would end.
    client.on('error', (error) => {
      this.#lost = error;
    });
  }

  async begin(): Promise<void> {
    this.pid = (this.#client as unknown as { processID: number }).processID;
    await this.#run(new ExtendedQuery({ text: FRAME }));
  }

  async declare({ sql, params }: SourceStatement): Promise<readonly ResultColumn[]> {
    await this.#run(new ExtendedQuery({ text: `declare ${CURSOR} no scroll cursor for ${sql}`, params }));
    const described = await this.#run(new ExtendedQuery({ text: `fetch forward 0 from ${CURSOR}` }));
    const types = await this.#typesOf(described);
    return described.fields.map(({ name }, index) => ({ name, type: types[index] ?? 'unknown' }));
  }

  async fetch(limit: number, onRow: (fields: readonly Field[]) => void): Promise<void> {
    const stream = this.#stream();
    let bytesSinceRow = 0;
    // The driver keeps a row until all of it is there. It listens first, so what it could read has been taken by now.
    const count = (piece: Buffer): void => {
      bytesSinceRow += piece.length;
      if (bytesSinceRow <= WIDEST_ROW) return;
      this.#tooWide = true;
      stream.destroy();
    };
    stream.on('data', count);
    let rows = 0;
    const take = (fields: readonly Field[]): void => {
      bytesSinceRow = 0;
      rows += 1;
      onRow(fields);
    };
    const bytesBefore = stream.bytesRead;
    try {
      for (let asked = FIRST_BATCH; rows < limit;) {
        const [wanted, had] = [Math.min(asked, limit - rows), rows];
        await this.#run(new ExtendedQuery({ text: `fetch forward ${wanted} from ${CURSOR}` }, take));
        if (rows - had < wanted) break;
        const widthOfRow = (stream.bytesRead - bytesBefore) / rows;
        asked = Math.max(1, Math.min(asked * 4, LARGEST_BATCH, Math.floor(BATCH_BYTES / widthOfRow)));
      }
    } finally {
      stream.off('data', count);
    }
  }

  pause(): void {
    this.#stream().pause();
  }

  resume(): void {
    this.#stream().resume();
  }

  cancel(): Promise<void> {
    const { host, port, processID, secretKey } = this.#client as unknown as {
      host: string;
      port: number;
      processID: number | null;
      secretKey: number | null;
    };
    if (processID === null || secretKey === null) return Promise.resolve();
    return sendCancel({ host, port }, processID, secretKey);
  }

  /** Ends when the statement is gone from the server, whatever it was doing. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    // The last row may have come together with a pause: nobody would read the answer to ROLLBACK.
    this.resume();
    if (this.#isBusy) await this.#endStatement();
    if (this.#isBusy || this.#lost !== undefined || this.pid === 0) this.#stream().destroy();
    else await this.#run(new ExtendedQuery({ text: 'rollback' })).catch(() => this.#stream().destroy());
    await this.#client.end().catch(() => undefined);
  }

  /**
   * A busy server takes its time to end a statement. A request between two statements ends none. An
   * endless statement is cut off: the server checks for its client every second.
   */
  async #endStatement(): Promise<void> {
    const until = performance.now() + END_PATIENCE_MS;
    while (this.#isBusy && this.#lost === undefined && performance.now() < until) {
      await this.cancel();
      await Promise.race([this.#idle(), setTimeout(CANCEL_AGAIN_MS)]);
    }
  }

  #stream(): Socket {
    return streamOf(this.#client);
  }

  async #typesOf({ fields }: ExtendedQuery): Promise<string[]> {
    const types: string[] = [];
    const numbers = (pick: (field: (typeof fields)[number]) => number) => `{${fields.map(pick).join(',')}}`;
    await this.#run(
      new ExtendedQuery(
        {
          text: 'select format_type(type, modifier) from unnest($1::oid[], $2::int[]) as given (type, modifier)',
          params: [
            numbers(({ dataTypeID }) => dataTypeID),
            numbers(({ dataTypeModifier }) => dataTypeModifier),
          ],
        },
        ([type]) => types.push(type ?? 'unknown'),
      ),
    );
    return types;
  }

  #idle(): Promise<unknown> {
    return this.#running.catch(() => undefined);
  }

  async #run(query: ExtendedQuery): Promise<ExtendedQuery> {
    this.#isBusy = true;
    this.#running = query.done;
    try {
      (this.#client as unknown as { query(query: ExtendedQuery): void }).query(query);
      await query.done;
      return query;
    } catch (error) {
      if (this.#tooWide) throw new SourceError('resources', 'a row is wider than 32 MB');
      throw sourceErrorOf(error, this.#lost === undefined ? 'statement' : 'connection');
    } finally {
      this.#isBusy = false;
    }
  }
}

const END_PATIENCE_MS = 15_000;
const CANCEL_AGAIN_MS = 500;
const CANCEL_REQUEST = 80_877_102;
const CANCEL_MS = 2_000;

function sendCancel(server: { host: string; port: number }, pid: number, key: number): Promise<void> {
  const request = Buffer.alloc(16);
  [16, CANCEL_REQUEST, pid, key].forEach((value, index) => request.writeInt32BE(value, index * 4));
  return new Promise((resolve) => {
    const socket = connect(server, () => socket.end(request));
    socket.setTimeout(CANCEL_MS, () => socket.destroy());
    // The server closes it when the signal is sent. That it could not be reached shows in the statement itself.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}
