import { createHash } from 'node:crypto';
import { execute, maybeOne, one, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * I1. A write's answer commits with its effect. Its transaction holds an advisory lock of its key. A request sent
 *     twice is running (409) or answered, never run twice.
 * I2. A command's row is there before the command is sent (`status` 0) and holds no transaction while it waits. A row
 *     whose process died is taken over after a while: the workflow knows the command by its id.
 * I3. Answers are kept as the very text that was sent: jsonb would reorder its members.
 */
export interface IdempotencyKey {
  readonly ownerId: string;
  readonly key: string;
  readonly requestHash: Buffer;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text; null when the answer has no body. */
  readonly body: string | null;
}

export interface KnownKey extends StoredAnswer {
  readonly requestHash: Buffer;
}

/** Of a row that waits for its command's answer. */
export const RUNNING = 0;

/** Longer than any command may wait for its workflow. */
const ABANDONED_AFTER = sql`interval '30 seconds'`;

/** False: another transaction of this key is running. Look for its row only in a later statement: this one's is older. */
export async function lockKey(tx: Tx, { ownerId, key }: IdempotencyKey): Promise<boolean> {
  const lock = createHash('sha256').update(`${ownerId}\n${key}`).digest().readBigInt64BE();
  const { taken } = await one<{ taken: boolean }>(
    tx,
    sql`select pg_try_advisory_xact_lock(${lock.toString()}::bigint) as taken`,
  );
  return taken;
}

export function findKey(db: Db, { ownerId, key }: IdempotencyKey): Promise<KnownKey | undefined> {
  return maybeOne<KnownKey>(
    db,
    sql`select request_hash as "requestHash", status, headers, body #>> '{}' as body
          from idempotency_keys where owner_id = ${ownerId} and key = ${key}`,
  );
}

/** Gives 0 when the key has a row already. */
export function insertAnswer(db: Db, key: IdempotencyKey, answer: StoredAnswer): Promise<number> {
  return execute(
    db,
    sql`insert into idempotency_keys (owner_id, key, request_hash, status, headers, body)
        values (${key.ownerId}, ${key.key}, ${key.requestHash}, ${answer.status},
                ${JSON.stringify(answer.headers)}::jsonb, to_jsonb(${answer.body}::text))
        on conflict do nothing`,
  );
}

/** True: the command is this caller's to send. False: the key has a row. */
export async function reserveKey(db: Db, key: IdempotencyKey): Promise<boolean> {
  const touched = await execute(
    db,
    sql`insert into idempotency_keys as k (owner_id, key, request_hash, status, headers)
        values (${key.ownerId}, ${key.key}, ${key.requestHash}, ${RUNNING}, '{}')
        on conflict (owner_id, key) do update set created_at = now()
          where k.status = ${RUNNING} and k.request_hash = excluded.request_hash
            and k.created_at < now() - ${ABANDONED_AFTER}`,
  );
  return touched === 1;
}

export function settleKey(db: Db, key: IdempotencyKey, answer: StoredAnswer): Promise<number> {
  return execute(
    db,
    sql`update idempotency_keys
           set status = ${answer.status}, headers = ${JSON.stringify(answer.headers)}::jsonb,
               body = to_jsonb(${answer.body}::text)
         where owner_id = ${key.ownerId} and key = ${key.key} and status = ${RUNNING}`,
  );
}

/** The command came to no final answer: the same key may be used again. */
export function releaseKey(db: Db, { ownerId, key }: IdempotencyKey): Promise<number> {
  return execute(
    db,
    sql`delete from idempotency_keys where owner_id = ${ownerId} and key = ${key} and status = ${RUNNING}`,
  );
}
