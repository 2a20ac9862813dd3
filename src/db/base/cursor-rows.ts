import type { Pool } from 'pg';
import { many, sql, type Sql } from './sql.js';

/** FETCH takes no parameter, so the number stands in its text. */
const next: Sql = sql`fetch 1000 from streamed`;
const ROWS_AT_ONCE = 1_000;

/**
 * The rows of a statement, of one snapshot, in parts: memory does not grow with their number. The first requested row
 * takes a connection. The last one, or a reader that stops, gives it back.
 */
export async function* cursorRows<Row extends object>(pool: Pool, statement: Sql): AsyncGenerator<Row> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    await many(client, sql`declare streamed no scroll cursor for ${statement}`);
    for (;;) {
      const rows = await many<Row>(client, next);
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) break;
    }
  } finally {
    // Nothing was written. A client that cannot even say so is destroyed: its transaction may still be open.
    await client.query('rollback').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error('rollback failed', { cause });
    });
    client.release(broken);
  }
}
