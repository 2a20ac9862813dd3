import { createHash, randomBytes } from 'node:crypto';
import { principalsChangedChannel } from '../../contracts/users/principal.js';
import { principalColumns, type PrincipalRow } from './principals.js';
import { execute, maybeOne, one, sql, type Db } from '../base/sql.js';

/** Signed-in browsers. The cookie has the token, the table its hash: reading the table signs nobody in. */
export interface NewWebSession {
  readonly token: string;
  readonly expiresAt: string;
}

export interface WebSessionHolder extends PrincipalRow {
  leftMs: number;
}

export async function createWebSession(db: Db, userId: string, ttlSeconds: number): Promise<NewWebSession> {
  const token = randomBytes(32).toString('base64url');
  const { expiresAt } = await one<{ expiresAt: string }>(
    db,
    sql`insert into web_sessions (token_hash, user_id, expires_at)
        values (${hashOf(token)}, ${userId}, now() + make_interval(secs => ${ttlSeconds}))
        returning expires_at as "expiresAt"`,
  );
  return { token, expiresAt };
}

export function findWebSessionHolder(db: Db, token: string): Promise<WebSessionHolder | undefined> {
  return maybeOne<WebSessionHolder & Record<string, unknown>>(
    db,
    sql`select ${principalColumns}, (extract(epoch from s.expires_at - now()) * 1000)::float8 as "leftMs"
          from web_sessions s join users u on u.id = s.user_id
         where s.token_hash = ${hashOf(token)} and s.expires_at > now() and u.is_active`,
  );
}

/** Every process that still knows the session forgets it. */
export function deleteWebSession(db: Db, token: string): Promise<number> {
  return execute(
    db,
    sql`with gone as (delete from web_sessions where token_hash = ${hashOf(token)} returning user_id)
        select pg_notify(${principalsChangedChannel}, user_id) from gone`,
  );
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
