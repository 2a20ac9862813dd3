import { inboxChannel } from '../../contracts/names.js';
import type { SqlParameter } from '../../contracts/sql/request.js';
import type { SqlEstimate } from '../../domain/sql/estimate.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * Statements that wait for a yes, as the inbox of their person shows them.
 *
 * Q1. A statement of a person is one open question, however often it is asked.
 * Q2. A question is settled once: by its run, or by a no.
 * Q3. A settled question is kept for a day: its command, sent again, finds it.
 */
export interface AskedStatement {
  readonly userId: string;
  readonly statementHash: string;
}

export interface NewQuestion extends AskedStatement {
  readonly id: string;
  readonly dataSource: string;
  readonly sql: string;
  readonly params: readonly SqlParameter[];
  readonly rowLimit: number | null;
  readonly estimate: SqlEstimate;
  readonly expiresAt: string;
}

export interface OpenQuestion {
  readonly id: string;
  readonly data_source: string;
  readonly sql: string;
  readonly params: SqlParameter[];
  readonly row_limit: number | null;
  readonly estimate: SqlEstimate;
  readonly asked_at: string;
  readonly expires_at: string;
}

const columns: Sql = sql`id, data_source, sql, params, row_limit, estimate, asked_at, expires_at`;

/** Gives the id of the statement's open question. */
export async function keepQuestion(tx: Tx, asked: NewQuestion): Promise<string> {
  const { id } = await one<{ id: string }>(
    tx,
    sql`insert into sql_questions as question
               (id, user_id, statement_hash, data_source, sql, params, row_limit, estimate, expires_at)
        values (${asked.id}, ${asked.userId}, decode(${asked.statementHash}, 'hex'), ${asked.dataSource},
                ${asked.sql}, ${toJsonb(asked.params)}, ${asked.rowLimit}, ${toJsonb(asked.estimate)},
                ${asked.expiresAt})
        on conflict (user_id, statement_hash) where settled_at is null do update
           set estimate = excluded.estimate, expires_at = excluded.expires_at,
               asked_at = case when question.expires_at > now() then question.asked_at else now() end
        returning id`,
  );
  tx.announce(inboxChannel, asked.userId);
  return id;
}

export function listOpenQuestions(db: Db, userId: string, page: PageRequest): Promise<OpenQuestion[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`asked_at`, id: sql`id` });
  return many<OpenQuestion>(
    db,
    sql`select ${columns} from sql_questions
         where user_id = ${userId} and settled_at is null and expires_at > now() and ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** Also a settled one. */
export function findQuestion(db: Db, userId: string, id: string): Promise<OpenQuestion | undefined> {
  return maybeOne<OpenQuestion>(
    db,
    sql`select ${columns} from sql_questions where id = ${id} and user_id = ${userId}`,
  );
}

/** True once, while the question is good. */
export async function confirmQuestion(tx: Tx, userId: string, id: string): Promise<boolean> {
  const settled = await execute(
    tx,
    sql`update sql_questions set settled_at = now()
         where id = ${id} and user_id = ${userId} and settled_at is null and expires_at > now()`,
  );
  if (settled === 1) tx.announce(inboxChannel, userId);
  return settled === 1;
}

/** For a statement that runs by its token. */
export async function settleQuestion(tx: Tx, { userId, statementHash }: AskedStatement): Promise<void> {
  const settled = await execute(
    tx,
    sql`update sql_questions set settled_at = now()
         where user_id = ${userId} and statement_hash = decode(${statementHash}, 'hex') and settled_at is null`,
  );
  if (settled > 0) tx.announce(inboxChannel, userId);
}

/** The person says no: no token of the statement is good any more. False: there is no such open question. */
export async function dropQuestion(tx: Tx, userId: string, id: string): Promise<boolean> {
  const dropped = await maybeOne<{ id: string }>(
    tx,
    sql`with question as (update sql_questions set settled_at = now()
                           where id = ${id} and user_id = ${userId} and settled_at is null
                       returning id, statement_hash),
             tokens as (update sql_confirmations set used_at = now()
                         where user_id = ${userId} and used_at is null
                           and statement_hash = (select statement_hash from question))
        select id from question`,
  );
  if (dropped !== undefined) tx.announce(inboxChannel, userId);
  return dropped !== undefined;
}

/** Gives how many are gone. */
export function deleteExpiredQuestions(db: Db, limit: number): Promise<number> {
  return execute(
    db,
    sql`delete from sql_questions
         where id in (select id from sql_questions where expires_at < now() - interval '1 day' limit ${limit})`,
  );
}
