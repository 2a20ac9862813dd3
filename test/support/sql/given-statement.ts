import type pg from 'pg';
import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import { insertObject } from '../../../src/db/reports/objects.js';
import type { SqlPlace } from '../../../src/db/sql/find-run.js';
import { givenRun } from '../runs.js';

export interface GivenStatement {
  readonly statementHash?: string;
  readonly dataSource?: string;
  readonly fingerprint?: string;
  readonly place?: SqlPlace;
  readonly servedBy?: string | null;
  /** Its end. Without one it goes on. */
  readonly ended?: 'completed' | 'failed' | 'canceled';
  /** When it was made, queued and ended. */
  readonly hoursAgo?: number;
  readonly rows?: number;
  readonly ms?: number | null;
}

export const statementHash = 'ab'.repeat(32);

/** A statement of a person, as its rows stand. A completed one has a stored object under its id. */
export async function givenStatement(
  pool: pg.Pool,
  owner: Principal,
  given: GivenStatement = {},
): Promise<string> {
  const { id } = await givenRun(pool, owner, { id: newId('sql'), kind: 'sql' });
  const { ended = null, hoursAgo = 0, rows = 10, ms = ended === null ? null : 100 } = given;
  if (ended === 'completed') await insertObject(pool, { key: id, runId: id });
  await pool.query(
    `insert into sql_runs (run_id, owner_id, data_source, sql, statement_hash, fingerprint, place, served_by, columns,
                           row_count, execution_ms, queued_at)
     values ($1, $2, $3, 'select 1', decode($4, 'hex'), $5, $6, $7, '[]', $8, $9, now() - make_interval(hours => $10))`,
    [
      id,
      owner.userId,
      given.dataSource ?? 'demo',
      given.statementHash ?? statementHash,
      given.fingerprint ?? 'f1',
      given.place ?? (ended === null ? 'waiting' : 'released'),
      given.servedBy ?? null,
      rows,
      ms,
      hoursAgo,
    ],
  );
  await pool.query(
    `update runs set created_at = now() - make_interval(hours => $2), status = coalesce($3, status),
            finished_at = case when $3 is null then null else now() - make_interval(hours => $2) end,
            result = case when $3 = 'completed' then jsonb_build_object('key', id) end
      where id = $1`,
    [id, hoursAgo, ended],
  );
  return id;
}
