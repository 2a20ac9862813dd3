import { createHash } from 'node:crypto';
import { writeRecord, type Field } from '../../domain/sql/result-csv.js';
import type { ResultChunk } from '../../db/sql/tries.js';

export interface RowFlow {
  pause(): void;
  resume(): void;
}

export interface RowLimits {
  readonly rows: number;
  readonly bytes: number;
}

interface RowPipeOptions {
  /** The names of the columns, which are the first line. */
  readonly header: readonly string[];
  readonly limits: RowLimits;
  readonly onFull: () => void;
}

/** As much as is read in one go for a window of rows. */
const CHUNK_CHARACTERS = 128 * 1024;
/** Chunks that wait for the store; then the database waits. */
const MOST_WAITING = 8;

/**
 * Rows on their way from a statement into the store, as chunks that can each be read by themselves.
 *
 * W1. Memory is bounded: the source pauses while the store is behind.
 * W2. Rows over a limit are not taken; `isFull` stops the source.
 */
export class RowPipe {
  rows = 0;
  bytes: number;
  truncated = false;
  readonly chunks: ResultChunk[] = [];
  #text = '';
  #firstRow = 0;
  readonly #waiting: Buffer[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;
  #isPaused = false;
  readonly #flow: RowFlow;
  readonly #limits: RowLimits;
  readonly #onFull: () => void;

  constructor(flow: RowFlow, { header, limits, onFull }: RowPipeOptions) {
    this.#flow = flow;
    this.#limits = limits;
    this.#onFull = onFull;
    const first = Buffer.from(writeRecord(header));
    this.bytes = first.length;
    this.#waiting.push(first);
  }

  take(fields: readonly Field[]): void {
    if (this.truncated) return;
    if (this.rows >= this.#limits.rows || this.bytes >= this.#limits.bytes) {
      this.truncated = true;
      this.#onFull();
      return;
    }
    this.#text += writeRecord(fields);
    this.rows += 1;
    if (this.#text.length >= CHUNK_CHARACTERS) this.#flush();
  }

  end(): void {
    this.#flush();
    this.#ended = true;
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  async *pieces(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#ended) return;
      this.#unpause();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #flush(): void {
    const rowCount = this.rows - this.#firstRow;
    if (rowCount === 0) return;
    const chunk = Buffer.from(this.#text);
    const sha256 = createHash('sha256').update(chunk).digest('hex');
    const { bytes: firstByte } = this;
    const firstRow = this.#firstRow;
    this.chunks.push({ firstRow, rowCount, firstByte, byteCount: chunk.length, sha256 });
    this.bytes += chunk.length;
    this.#firstRow = this.rows;
    this.#text = '';
    this.#waiting.push(chunk);
    if (this.#waiting.length >= MOST_WAITING && !this.#isPaused) {
      this.#isPaused = true;
      this.#flow.pause();
    }
    this.#wake();
  }

  #unpause(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#flow.resume();
  }
}
