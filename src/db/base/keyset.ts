import type { CursorPosition } from '../../domain/cursor.js';
import { sql, type Sql } from './sql.js';

export interface KeysetColumns {
  readonly at: Sql;
  readonly id: Sql;
}

/** A page of a list: fetch `limit + 1` rows, so that `toCursorPage` knows whether there are more. */
export interface PageRequest {
  readonly limit: number;
  readonly position: CursorPosition | undefined;
}

/**
 * The condition and the order of one page over `(at desc, id desc)`. A row comparison, not `at < x or (at = x and id <
 * y)`: only the first is a single index range.
 */
export function keyset(
  position: CursorPosition | undefined,
  columns: KeysetColumns,
): { where: Sql; orderBy: Sql } {
  const { at, id } = columns;
  const newestFirst = sql`${at} desc, ${id} desc`;
  if (position === undefined) return { where: sql`true`, orderBy: newestFirst };
  const key = sql`(${position.key.at}::timestamptz, ${position.key.id}::text)`;
  if (position.direction === 'next') {
    const operator = position.inclusive ? sql`<=` : sql`<`;
    return { where: sql`(${at}, ${id}) ${operator} ${key}`, orderBy: newestFirst };
  }
  const operator = position.inclusive ? sql`>=` : sql`>`;
  return { where: sql`(${at}, ${id}) ${operator} ${key}`, orderBy: sql`${at} asc, ${id} asc` };
}
