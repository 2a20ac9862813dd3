import type { NewSavedView, SavedView, SavedViewChange } from '../../contracts/users/saved-view.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

const columns: Sql = sql`id, page, name, query, shared, owner_id as "ownerId", version,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** Undefined: the owner has one of that name for that page. */
export function insertSavedView(
  tx: Tx,
  view: NewSavedView & { readonly id: string; readonly ownerId: string },
): Promise<SavedView | undefined> {
  return maybeOne<SavedView>(
    tx,
    sql`insert into saved_views (id, owner_id, page, name, query, shared)
        values (${view.id}, ${view.ownerId}, ${view.page}, ${view.name}, ${toJsonb(view.query)}, ${view.shared})
        on conflict do nothing returning ${columns}`,
  );
}

/** Own views and shared ones. */
export function findSavedView(db: Db, userId: string, id: string): Promise<SavedView | undefined> {
  return maybeOne<SavedView>(
    db,
    sql`select ${columns} from saved_views where id = ${id} and (owner_id = ${userId} or shared)`,
  );
}

/** `limit + 1` of one page, newest first. */
export function listSavedViews(
  db: Db,
  { userId, page }: { readonly userId: string; readonly page: string | undefined },
  request: PageRequest,
): Promise<SavedView[]> {
  const { where, orderBy } = keyset(request.position, { at: sql`created_at`, id: sql`id` });
  const ofPage = page === undefined ? sql`true` : sql`page = ${page}`;
  return many<SavedView>(
    db,
    sql`select ${columns} from saved_views
         where (owner_id = ${userId} or shared) and ${ofPage} and ${where}
         order by ${orderBy} limit ${request.limit + 1}`,
  );
}

/** An own view alone, under its lock. */
export function lockSavedView(tx: Tx, ownerId: string, id: string): Promise<SavedView | undefined> {
  return maybeOne<SavedView>(
    tx,
    sql`select ${columns} from saved_views where id = ${id} and owner_id = ${ownerId} for update`,
  );
}

/** Undefined: the owner has another one of that name for that page. */
export function updateSavedView(tx: Tx, id: string, change: SavedViewChange): Promise<SavedView | undefined> {
  return maybeOne<SavedView>(
    tx,
    sql`update saved_views as view
           set name = coalesce(${change.name ?? null}, name),
               query = coalesce(${toJsonb(change.query)}::jsonb, query),
               shared = coalesce(${change.shared ?? null}, shared), version = version + 1, updated_at = now()
         where id = ${id}
           and not exists (select from saved_views as other
                            where other.owner_id = view.owner_id and other.page = view.page and other.id <> view.id
                              and lower(other.name) = lower(${change.name ?? null}))
        returning ${columns}`,
  );
}

export function deleteSavedView(tx: Tx, id: string): Promise<number> {
  return execute(tx, sql`delete from saved_views where id = ${id}`);
}
