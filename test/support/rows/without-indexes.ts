import type pg from 'pg';
import { withTransaction, type Tx } from '../../../src/db/base/transaction.js';

/** Rows come as they lie in their table, unless the statement itself orders them. An index would give them in order. */
export function withoutIndexes<Result>(pool: pg.Pool, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return withTransaction(pool, async (tx) => {
    await tx.query('set local enable_indexscan to off; set local enable_bitmapscan to off');
    await tx.query('set local enable_indexonlyscan to off');
    return work(tx);
  });
}
