import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import {
  SourceError,
  type EngineSession,
  type ResultEngine,
  type ResultTable,
  type SourceStatement,
} from '../../contracts/sql/ports.js';
import type { Field } from '../../domain/sql/result-csv.js';
import type { ResultColumn } from '../../domain/sql/result-values.js';
import type { ObjectStore } from '../objects/object-store.js';

/**
 * DuckDB over stored results, in a process of its own for each statement.
 *
 * E1. A fault of native code takes that process and its one statement, never a worker or an API.
 * E2. The process sees no environment, and no file but copies of the results that were named to it.
 * E3. At each end of a session its process is killed and its folder is gone.
 */
export interface EngineLimits {
  readonly memoryMb: number;
  readonly diskMb: number;
  readonly threads: number;
}

export function createResultEngine(objects: ObjectStore, limits: EngineLimits): ResultEngine {
  return {
    async open(tables) {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-duckdb-'));
      const session = new DuckSession(folder, limits);
      try {
        await session.bring(objects, tables);
        return session;
      } catch (error) {
        await session.close();
        throw error;
      }
    },
    parquet: (table) => parquetOf(objects, limits, table),
  };
}

async function* parquetOf(
  objects: ObjectStore,
  limits: EngineLimits,
  table: ResultTable,
): AsyncGenerator<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-duckdb-'));
  const session = new DuckSession(folder, limits);
  try {
    await session.bring(objects, [table]);
    const file = join(folder, 'result.parquet');
    await session.write(file);
    for await (const piece of createReadStream(file)) yield piece as Buffer;
  } finally {
    await session.close();
  }
}

type Message =
  | { readonly kind: 'columns'; readonly columns: ResultColumn[] }
  | { readonly kind: 'rows'; readonly rows: Field[][] }
  | { readonly kind: 'progress'; readonly percent: number }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

interface LoadedTable {
  readonly name: string;
  readonly file: string;
  readonly columns: readonly ResultColumn[];
}

const program = fileURLToPath(new URL('duckdb-program.mjs', import.meta.url));

class DuckSession implements EngineSession {
  percent: number | null = null;
  #child: ChildProcessWithoutNullStreams | undefined;
  #lines: Interface | undefined;
  #messages: AsyncIterator<string> | undefined;
  #tables: LoadedTable[] = [];
  readonly #folder: string;
  readonly #limits: EngineLimits;

  constructor(folder: string, limits: EngineLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async bring(objects: ObjectStore, tables: readonly ResultTable[]): Promise<void> {
    for (const [index, { name, key, columns }] of tables.entries()) {
      const found = await objects.get(key);
      if (found === undefined) throw new SourceError('statement', `the result ${name} is no longer kept`);
      const file = join(this.#folder, `result-${index}.csv`);
      await pipeline(found.stream, createWriteStream(file, { mode: 0o600 }));
      this.#tables.push({ name, file, columns });
    }
  }

  async declare({ sql, params }: SourceStatement): Promise<readonly ResultColumn[]> {
    this.#begin({ sql, params });
    const message = await this.#next();
    if (message.kind !== 'columns') throw ended();
    return message.columns;
  }

  async fetch(limit: number, onRow: (fields: readonly Field[]) => void): Promise<void> {
    this.#child?.stdin.write(`${JSON.stringify({ limit })}\n`);
    for (let message = await this.#next(); message.kind !== 'done'; message = await this.#next()) {
      if (message.kind === 'rows') message.rows.forEach(onRow);
    }
  }

  async write(parquet: string): Promise<void> {
    this.#begin({ parquet, sql: '', params: [] });
    for (let message = await this.#next(); message.kind !== 'done';) message = await this.#next();
  }

  pause(): void {
    this.#lines?.pause();
  }

  resume(): void {
    this.#lines?.resume();
  }

  cancel(): Promise<void> {
    this.#child?.kill('SIGKILL');
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#child?.kill('SIGKILL');
    this.#lines?.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #begin(order: object): void {
    const tables = this.#tables;
    this.#child = spawn(process.execPath, ['--max-old-space-size=256', program], {
      env: {},
      cwd: this.#folder,
    });
    // A stream that ends early gives the reason by itself, or by its end.
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', () => undefined);
    this.#child.stderr.resume();
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#messages = this.#lines[Symbol.asyncIterator]();
    this.#child.stdin.write(
      `${JSON.stringify({ ...this.#limits, folder: join(this.#folder, 'temp'), tables, ...order })}\n`,
    );
  }

  async #next(): Promise<Message> {
    for (;;) {
      const line = await this.#messages?.next();
      if (line === undefined || line.done === true) throw ended();
      const message = JSON.parse(line.value) as Message;
      if (message.kind === 'failed') throw this.#refusal(message.message);
      if (message.kind !== 'progress') return message;
      this.percent = message.percent;
    }
  }

  #refusal(said: string): SourceError {
    const message = (said.split('\n')[0] ?? said).replaceAll(this.#folder, '…');
    if (/out of memory|max_temp_directory_size/i.test(said)) return new SourceError('resources', message);
    return new SourceError(/^Permission Error/.test(said) ? 'not_allowed' : 'statement', message);
  }
}

function ended(): SourceError {
  return new SourceError('resources', 'the engine for stored results ended in the middle');
}
