import { newId } from '../../contracts/ids.js';
import type { Role } from '../../contracts/users/principal.js';
import { Refusal } from '../../contracts/refusal.js';
import type { User } from '../../contracts/users/user.js';
import { execute, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * U1. A change that removes an active administrator calls `requireAnotherAdmin` first and holds its lock until the
 *     commit. Two administrators who remove each other follow each other.
 * U2. A change to a user or to their keys is announced on `principals_changed`: no process keeps old rights.
 */
const LAST_ADMIN_LOCK = 7_203_146_222;
const UNIQUE_VIOLATION = '23505';

export const userColumns: Sql = sql`id, email, name, role, is_active as "isActive", issuer, version,
  created_at as "createdAt", updated_at as "updatedAt"`;

export async function findUser(db: Db, id: string): Promise<User | undefined> {
  return maybeOne<User>(db, sql`select ${userColumns} from users where id = ${id}`);
}

/** Locks the row until the end of the transaction, so that what was checked about it stays true. */
export async function lockUser(tx: Tx, id: string): Promise<User> {
  const user = await maybeOne<User>(tx, sql`select ${userColumns} from users where id = ${id} for update`);
  if (user === undefined) throw new Refusal('not_found');
  return user;
}

export async function insertUser(tx: Tx, user: { email: string; name: string; role: Role }): Promise<User> {
  const inserted = await maybeOne<User>(
    tx,
    sql`insert into users (id, email, name, role)
        values (${newId('user')}, ${user.email}, ${user.name}, ${user.role})
        on conflict do nothing
        returning ${userColumns}`,
  );
  if (inserted === undefined) throw emailTaken();
  return inserted;
}

export interface UserChange {
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly isActive?: boolean | undefined;
}

/** For a row that this transaction has locked. */
export async function updateUser(tx: Tx, id: string, change: UserChange): Promise<User> {
  try {
    return await one<User>(
      tx,
      sql`update users
             set email = coalesce(${change.email ?? null}, email),
                 name = coalesce(${change.name ?? null}, name),
                 role = coalesce(${change.role ?? null}, role),
                 is_active = coalesce(${change.isActive ?? null}, is_active),
                 version = version + 1,
                 updated_at = clock_timestamp()
           where id = ${id}
          returning ${userColumns}`,
    );
  } catch (error) {
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw emailTaken();
    throw error;
  }
}

/** Refuses when nobody but this user is an active administrator. */
export async function requireAnotherAdmin(tx: Tx, userId: string): Promise<void> {
  await execute(tx, sql`select pg_advisory_xact_lock(${LAST_ADMIN_LOCK})`);
  const { found } = await one<{ found: boolean }>(
    tx,
    sql`select exists (select from users where role = 'ADMIN' and is_active and id <> ${userId}) as found`,
  );
  if (!found) throw new Refusal('last_admin');
}

export async function announcePrincipalChange(tx: Tx, userId: string): Promise<void> {
  await execute(tx, sql`select pg_notify('principals_changed', ${userId})`);
}

function emailTaken(): Refusal {
  return new Refusal('already_exists', { detail: 'Another user has this e-mail address.' });
}
