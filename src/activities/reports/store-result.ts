import { createHash, randomBytes } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import { ObjectStoreError } from '../../contracts/reports/object-store.js';
import type { RunResult } from '../../contracts/runs/run.js';
import { insertObject } from '../../db/reports/objects.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';

/**
 * The one way of a result into the object store, whatever its size.
 *
 * S1. The object's row commits before its first byte: after a crash the retention finds the object and removes it.
 * S2. Each try has a key of its own, so two at the same time cannot harm each other. The run names the winner's.
 * S3. The content passes through once, a piece at a time: hashed and counted on its way, never whole in memory.
 */
export interface StoreResultDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
}

export interface ResultContent {
  readonly runId: string;
  readonly content: string | Buffer | AsyncIterable<Buffer | string>;
  readonly contentType: string;
  readonly filename: string;
  /** Of the activity: a try that is over stops writing. */
  readonly signal?: AbortSignal;
}

/** Small enough not to be felt, large enough that a line of a table is not a write. */
const PIECE_BYTES = 64 * 1024;

export async function storeResult(deps: StoreResultDeps, result: ResultContent): Promise<RunResult> {
  const { runId, contentType, filename, signal } = result;
  const key = newResultKey(runId);
  if (!(await insertObject(deps.pool, { key, runId }))) {
    throw ApplicationFailure.nonRetryable('the run has ended', failureTypes.runEnded);
  }
  const passed = new Passage(result.content);
  try {
    await deps.objects.put(key, passed.pieces(), { contentType, signal });
  } catch (error) {
    // The store fails with whatever its source failed with; that is not the store's fault.
    if (passed.failure !== undefined) throw passed.failure.error;
    throw error instanceof ObjectStoreError ? failureOf(error) : error;
  }
  return { key, sha256: passed.sha256(), bytes: passed.bytes, contentType, filename };
}

/** Content on its way: in pieces of a useful size, hashed and counted. */
class Passage {
  bytes = 0;
  failure: { readonly error: unknown } | undefined;
  readonly #hash = createHash('sha256');
  readonly #content: ResultContent['content'];

  constructor(content: ResultContent['content']) {
    this.#content = content;
  }

  async *pieces(): AsyncGenerator<Buffer> {
    const source =
      typeof this.#content === 'string' || Buffer.isBuffer(this.#content) ? [this.#content] : this.#content;
    let waiting: Buffer[] = [];
    let waitingBytes = 0;
    try {
      for await (const part of source) {
        const buffer = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
        waiting.push(buffer);
        waitingBytes += buffer.length;
        if (waitingBytes < PIECE_BYTES) continue;
        yield this.#counted(waiting);
        waiting = [];
        waitingBytes = 0;
      }
    } catch (error) {
      // Only the source throws in here: a store that gives up ends this generator without a word.
      this.failure = { error };
      throw error;
    }
    if (waitingBytes > 0) yield this.#counted(waiting);
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }

  #counted(parts: readonly Buffer[]): Buffer {
    const piece = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    this.#hash.update(piece);
    this.bytes += piece.length;
    return piece;
  }
}

/** In words for the owner of the job. It may pass: somebody makes room, the store comes back. */
function failureOf(error: ObjectStoreError): ApplicationFailure {
  return ApplicationFailure.create({
    message: `The result could not be stored: ${error.message}.`,
    type: failureTypes.dependencyUnavailable,
    cause: error,
  });
}

/** Another one each time: a try that is repeated overwrites nothing. */
function newResultKey(runId: string): string {
  return `results/${runId}/${randomBytes(12).toString('hex')}`;
}
