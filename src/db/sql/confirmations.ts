import { createHash, randomBytes } from 'node:crypto';
import type { SqlEstimate } from '../../domain/sql/estimate.js';
import { toJsonb } from '../base/jsonb.js';
import { execute, one, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';
import type { StatementName } from './statistics.js';

const MINUTES = 10;

export interface Question {
  readonly userId: string;
  /** Of source, text, parameters and row limit: a yes to one statement is none to another. */
  readonly statementHash: string;
  readonly estimate: SqlEstimate;
}

/** The token is shown once; only its hash is kept. */
export async function askForConfirmation(
  db: Db,
  { userId, statementHash, estimate }: Question,
): Promise<{ token: string; expiresAt: string }> {
  const token = `cft_${randomBytes(24).toString('base64url')}`;
  const { expiresAt } = await one<{ expiresAt: string }>(
    db,
    sql`insert into sql_confirmations (token_hash, user_id, statement_hash, estimate, expires_at)
        values (${hashOf(token)}, ${userId}, decode(${statementHash}, 'hex'), ${toJsonb(estimate)},
                now() + make_interval(mins => ${MINUTES}))
        returning expires_at as "expiresAt"`,
  );
  return { token, expiresAt };
}

/** True once: the token is this person's, of this statement, and still good. */
export async function useConfirmation(
  tx: Tx,
  { token, userId, statementHash }: { token: string; userId: string; statementHash: string },
): Promise<boolean> {
  const used = await execute(
    tx,
    sql`update sql_confirmations set used_at = now()
         where token_hash = ${hashOf(token)} and user_id = ${userId}
           and statement_hash = decode(${statementHash}, 'hex') and used_at is null and expires_at > now()`,
  );
  return used === 1;
}

export async function rememberConfirmation(tx: Tx, userId: string, name: StatementName): Promise<void> {
  await execute(
    tx,
    sql`insert into sql_remembered (user_id, data_source, fingerprint, day)
        values (${userId}, ${name.dataSource}, ${name.fingerprint}, (now() at time zone 'UTC')::date)
        on conflict (user_id, data_source, fingerprint) do update set day = excluded.day`,
  );
}

/** Gives how many are gone. */
export function deleteExpiredConfirmations(db: Db, limit: number): Promise<number> {
  return execute(
    db,
    sql`with forgotten as (delete from sql_remembered where day < current_date - 2)
        delete from sql_confirmations
         where token_hash in (select token_hash from sql_confirmations
                               where expires_at < now() - interval '1 day' limit ${limit})`,
  );
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
