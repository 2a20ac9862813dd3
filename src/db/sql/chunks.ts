import { many, sql, type Db } from '../base/sql.js';

export interface ChunkPlace {
  readonly firstRow: number;
  readonly rowCount: number;
  readonly firstByte: number;
  readonly byteCount: number;
}

/** The chunks that hold rows `offset` to `offset + limit`, in their order. */
export function chunksFor(
  db: Db,
  runId: string,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<ChunkPlace[]> {
  return many<ChunkPlace>(
    db,
    sql`select first_row as "firstRow", row_count as "rowCount", first_byte as "firstByte", byte_count as "byteCount"
          from sql_result_chunks
         where run_id = ${runId} and first_row < ${offset + limit}::bigint
           and first_row >= (select max(first_row) from sql_result_chunks
                              where run_id = ${runId} and first_row <= ${offset}::bigint)
         order by first_row`,
  );
}
