import type { Pool } from 'pg';
import { announce, type Announcement } from './announcer.js';
import { isUnanswered } from '../../domain/unanswered.js';
import type { Db } from './sql.js';

/** A query runner inside one transaction, with actions that wait for its commit (cache drops, workflow starts). */
export interface Tx extends Db {
  /** Runs after a successful commit, in order, never after a rollback. An action must not throw. */
  afterCommit(action: () => void): void;
  /** Wakes the listeners of a channel once the transaction is committed. */
  announce(channel: string, payload: string): void;
  /**
   * For last statements, whose answers decide nothing: the commit goes out together with them, not after their
   * answers. They have been sent already; nothing may be sent after them. Should one fail, all is undone.
   */
  commitWith<Result>(sent: Promise<Result>): Promise<Result>;
}

/**
 * Runs `work` in one transaction on a client of its own.
 * A client whose ROLLBACK failed is destroyed, never pooled: it may still hold an open transaction.
 */
export async function withTransaction<Result>(
  pool: Pool,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  const actions: (() => void)[] = [];
  const announcements: Announcement[] = [];
  const tx: Tx = {
    query: (text, values) => client.query(text, values),
    afterCommit: (action) => void actions.push(action),
    announce: (channel, payload) => void announcements.push({ channel, payload }),
    commitWith: async (sent) => {
      committing = client.query('commit');
      const [answer] = await Promise.all([sent, committing]);
      return answer;
    },
  };
  let committing: Promise<unknown> | undefined;
  let unbegun: unknown;
  let broken: Error | undefined;
  let result: Result;
  try {
    // It goes out together with the first statement, which fails if this one did.
    const begun = client.query('begin');
    begun.catch((cause: unknown) => {
      unbegun = cause;
    });
    result = await work(tx);
    await begun;
    await (committing ?? client.query('commit'));
  } catch (failure) {
    // Statements behind an unanswered BEGIN may fail with a cut connection alone.
    const error = unbegun ?? failure;
    if (isUnanswered(error)) broken = error as Error;
    else {
      await client.query('rollback').catch((cause: unknown) => {
        broken = cause instanceof Error ? cause : new Error('rollback failed', { cause });
      });
    }
    throw error;
  } finally {
    client.release(broken);
  }
  announce(pool, announcements);
  for (const action of actions) action();
  return result;
}

/** All that `work` reads is of one moment. It writes nothing. */
export function inSnapshot<Result>(pool: Pool, work: (db: Db) => Promise<Result>): Promise<Result> {
  return withTransaction(pool, async (tx) => {
    // It holds no lock that anybody waits for, and its reader may be slow.
    await Promise.all([
      tx.query('set transaction isolation level repeatable read, read only'),
      tx.query('set local idle_in_transaction_session_timeout = 0'),
    ]);
    return work(tx);
  });
}
