import { createHash, type Hash } from 'node:crypto';
import type { Pool } from 'pg';
import { newId } from '../../contracts/ids.js';
import type { ProblemCode } from '../../contracts/problem-code.js';
import { Problem, problems } from './problems.js';
import {
  findKey,
  insertAnswer,
  lockKey,
  releaseKey,
  reserveKey,
  RUNNING,
  settleKey,
  type IdempotencyKey,
  type KnownKey,
} from '../../db/runs/idempotency-keys.js';
import type { Db } from '../../db/base/sql.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { canonicalJson } from '../../domain/audit/canonical-json.js';
import { answerOf, type Answer } from './answer.js';
import { expectedProblemOf, problemDocument } from './problem-document.js';
import type { Reply } from './route.js';
import type { AnswerSealer } from './answer-sealer.js';

/** Runs writes and commands at most once for each Idempotency-Key. The rules are those of db/runs/idempotency-keys.ts. */
export interface Idempotency {
  write(request: KeyedRequest, work: (tx: Tx) => Promise<Reply>): Promise<Answer>;
  /** A write of a stream. A refusal is not kept: it changed nothing, and perhaps nobody read the stream to its end. */
  upload(
    request: Omit<KeyedRequest, 'body'>,
    content: AsyncIterable<Buffer>,
    work: (tx: Tx, content: AsyncIterable<Buffer>) => Promise<Reply>,
  ): Promise<Answer>;
  command(request: KeyedRequest, work: (commandId: string, db: Db) => Promise<Reply>): Promise<Answer>;
}

export interface KeyedRequest {
  readonly ownerId: string;
  /** The header as it came. */
  readonly key: string | undefined;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  readonly requestId: string;
}

const KEY = /^[\x20-\x7e]{1,255}$/;
/** Refusals that say `later`: the next try with the same key is a new one. */
const PASSING: readonly ProblemCode[] = ['rate_limited', 'idempotency_in_progress'];

export function createIdempotency(pool: Pool, sealer: AnswerSealer): Idempotency {
  const replay = async (db: Db, key: IdempotencyKey): Promise<Answer | undefined> => {
    const known = await findKey(db, key);
    return known === undefined ? undefined : replayOf(sealer, key, known);
  };

  return {
    async write(request, work) {
      const key = keyOf(request);
      if (key === undefined) return answerOf(await withTransaction(pool, work));
      try {
        return await withTransaction(pool, async (tx) => {
          if (!(await lockKey(tx, key))) throw inProgress();
          const replayed = await replay(tx, key);
          if (replayed !== undefined) return replayed;
          const answer = answerOf(await work(tx));
          await insertFirst(tx, key, sealer.seal(key, answer));
          return answer;
        });
      } catch (error) {
        const refusal = refusalOf(error, request.requestId);
        if (refusal !== undefined) await insertAnswer(pool, key, refusal);
        throw error;
      }
    },

    upload: createUpload(pool, sealer),

    async command(request, work) {
      const key = keyOf(request);
      if (key === undefined) return answerOf(await work(newId('request'), pool));
      if (!(await reserveKey(pool, key))) {
        const replayed = await replay(pool, key);
        if (replayed !== undefined) return replayed;
        throw inProgress();
      }
      try {
        const answer = answerOf(await work(commandIdOf(key), pool));
        await settleKey(pool, key, sealer.seal(key, answer));
        return answer;
      } catch (error) {
        const refusal = refusalOf(error, request.requestId);
        if (refusal === undefined) await releaseKey(pool, key);
        else await settleKey(pool, key, refusal);
        throw error;
      }
    },
  };
}

function createUpload(pool: Pool, sealer: AnswerSealer): Idempotency['upload'] {
  return async (request, content, work) => {
    const named = keyOf({ ...request, body: undefined });
    if (named === undefined) return answerOf(await withTransaction(pool, (tx) => work(tx, content)));
    const { hashed, hash } = hashing(request, content);
    return withTransaction(pool, async (tx) => {
      if (!(await lockKey(tx, named))) throw inProgress();
      const known = await findKey(tx, named);
      if (known !== undefined) {
        await drain(hashed);
        return replayOf(sealer, { ...named, requestHash: hash.digest() }, known);
      }
      const answer = answerOf(await work(tx, hashed));
      const key = { ...named, requestHash: hash.digest() };
      await insertFirst(tx, key, sealer.seal(key, answer));
      return answer;
    });
  };
}

function replayOf(sealer: AnswerSealer, key: IdempotencyKey, known: KnownKey): Answer {
  if (!known.requestHash.equals(key.requestHash)) throw new Problem('idempotency_key_reused');
  if (known.status === RUNNING) throw inProgress();
  const { status, headers, body } = sealer.open(key, known);
  return { status, headers: { ...headers, 'Idempotent-Replayed': 'true' }, body };
}

/** The refusal that a repeated request gets again; undefined for one that may pass. */
function refusalOf(error: unknown, requestId: string): Answer | undefined {
  const problem = expectedProblemOf(error);
  return problem !== undefined && isFinal(problem) ? problemAnswer(problem, requestId) : undefined;
}

async function insertFirst(tx: Tx, key: IdempotencyKey, answer: Answer): Promise<void> {
  // Not one row: a command of the same key came in between, and this effect may not stand beside it.
  if ((await insertAnswer(tx, key, answer)) === 0) throw inProgress();
}

/** `hash` is of the whole request once `hashed` was read to its end. */
function hashing(
  { method, path }: Pick<KeyedRequest, 'method' | 'path'>,
  content: AsyncIterable<Buffer>,
): { readonly hashed: AsyncGenerator<Buffer>; readonly hash: Hash } {
  const hash = createHash('sha256').update(`${method} ${path}\n`);
  async function* read(): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { hashed: read(), hash };
}

async function drain(content: AsyncGenerator<Buffer>): Promise<void> {
  while ((await content.next()).done !== true);
}

function keyOf({ ownerId, key, method, path, body }: KeyedRequest): IdempotencyKey | undefined {
  if (key === undefined) return undefined;
  if (!KEY.test(key)) {
    const message = 'must be 1 to 255 printable ASCII characters';
    throw new Problem('validation_error', { errors: [{ path: 'Idempotency-Key', message }] });
  }
  const text = body === undefined ? '' : canonicalJson(body);
  return { ownerId, key, requestHash: createHash('sha256').update(`${method} ${path}\n${text}`).digest() };
}

/** The same for the same request: the workflow knows a command by it, however often it is sent. */
function commandIdOf({ ownerId, key, requestHash }: IdempotencyKey): string {
  const hash = createHash('sha256').update(`${ownerId}\n${key}\n`).update(requestHash);
  return `cmd_${hash.digest('hex').slice(0, 40)}`;
}

function isFinal({ code }: Problem): boolean {
  return problems[code].status < 500 && !PASSING.includes(code) && code !== 'idempotency_key_reused';
}

function problemAnswer(problem: Problem, requestId: string): Answer {
  return {
    status: problem.status,
    headers: { ...problem.headers, 'Content-Type': 'application/problem+json; charset=utf-8' },
    body: JSON.stringify(problemDocument(problem, requestId)),
  };
}

function inProgress(): Problem {
  return new Problem('idempotency_in_progress', { headers: { 'Retry-After': '1' } });
}
