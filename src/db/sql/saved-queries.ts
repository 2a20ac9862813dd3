import type { NewSavedQuery, SavedQuery, SavedQueryChange } from '../../contracts/sql/saved-query.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

const columns: Sql = sql`id, name, sql, data_source, params, shared, owner_id, version, created_at, updated_at`;

/** Undefined: the owner has one of that name. */
export function insertSavedQuery(
  tx: Tx,
  query: NewSavedQuery & { readonly id: string; readonly ownerId: string },
): Promise<SavedQuery | undefined> {
  return maybeOne<SavedQuery>(
    tx,
    sql`insert into sql_saved_queries (id, owner_id, name, sql, data_source, params, shared)
        values (${query.id}, ${query.ownerId}, ${query.name}, ${query.sql}, ${query.data_source},
                ${toJsonb(query.params)}, ${query.shared})
        on conflict do nothing returning ${columns}`,
  );
}

/** Own queries and shared ones. */
export function findSavedQuery(db: Db, userId: string, id: string): Promise<SavedQuery | undefined> {
  return maybeOne<SavedQuery>(
    db,
    sql`select ${columns} from sql_saved_queries where id = ${id} and (owner_id = ${userId} or shared)`,
  );
}

export function listSavedQueries(
  db: Db,
  {
    userId,
    dataSource,
    page,
  }: { readonly userId: string; readonly dataSource: string | undefined; readonly page: PageRequest },
): Promise<SavedQuery[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`created_at`, id: sql`id` });
  const ofSource = dataSource === undefined ? sql`true` : sql`data_source = ${dataSource}`;
  return many<SavedQuery>(
    db,
    sql`select ${columns} from sql_saved_queries
         where (owner_id = ${userId} or shared) and ${ofSource} and ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** An own query alone, under its lock. */
export function lockSavedQuery(tx: Tx, ownerId: string, id: string): Promise<SavedQuery | undefined> {
  return maybeOne<SavedQuery>(
    tx,
    sql`select ${columns} from sql_saved_queries where id = ${id} and owner_id = ${ownerId} for update`,
  );
}

/** Undefined: the owner has another one of that name. */
export function updateSavedQuery(
  tx: Tx,
  id: string,
  change: SavedQueryChange,
): Promise<SavedQuery | undefined> {
  return maybeOne<SavedQuery>(
    tx,
    sql`update sql_saved_queries as query
           set name = coalesce(${change.name}, name), sql = coalesce(${change.sql}, sql),
               data_source = coalesce(${change.data_source}, data_source),
               params = coalesce(${toJsonb(change.params)}::jsonb, params),
               shared = coalesce(${change.shared}, shared), version = version + 1, updated_at = now()
         where id = ${id}
           and not exists (select from sql_saved_queries as other
                            where other.owner_id = query.owner_id and other.id <> query.id
                              and lower(other.name) = lower(${change.name}))
        returning ${columns}`,
  );
}

export function deleteSavedQuery(tx: Tx, id: string): Promise<number> {
  return execute(tx, sql`delete from sql_saved_queries where id = ${id}`);
}
