import { createHash, randomBytes } from 'node:crypto';
import { principalsChangedChannel } from '../../contracts/users/principal.js';
import { principalColumns, type PrincipalRow } from './principals.js';
import { execute, maybeOne, one, sql, type Db } from '../base/sql.js';

/** Signed-in browsers. The cookie has the token, the table its hash: reading the table signs nobody in. */
export interface NewWebSession {
  readonly token: string;
  readonly leftSeconds: number;
}

/**
 * The person who signs in. With a key, the session ends with it: a cookie must not outlive what it was bought with.
 */
export interface SigningIn {
  readonly userId: string;
  readonly apiKeyId: string | null;
}

export interface WebSessionHolder extends PrincipalRow {
  leftMs: number;
}

export async function createWebSession(
  db: Db,
  { userId, apiKeyId }: SigningIn,
  ttlSeconds: number,
): Promise<NewWebSession> {
  const token = randomBytes(32).toString('base64url');
  const { leftSeconds } = await one<{ leftSeconds: number }>(
    db,
    sql`insert into web_sessions (token_hash, user_id, api_key_id, expires_at)
        values (${hashOf(token)}, ${userId}, ${apiKeyId},
                least(now() + make_interval(secs => ${ttlSeconds}),
                      (select expires_at from api_keys where id = ${apiKeyId})))
        returning greatest(0, ceil(extract(epoch from expires_at - now())))::int as "leftSeconds"`,
  );
  return { token, leftSeconds };
}

export function findWebSessionHolder(db: Db, token: string): Promise<WebSessionHolder | undefined> {
  return maybeOne<WebSessionHolder>(
    db,
    sql`select ${principalColumns}, (extract(epoch from s.expires_at - now()) * 1000)::float8 as "leftMs"
          from web_sessions s join users u on u.id = s.user_id left join api_keys k on k.id = s.api_key_id
         where s.token_hash = ${hashOf(token)} and s.expires_at > now() and u.is_active and k.revoked_at is null`,
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

/** For a user who may not come back by what they signed in with before. */
export async function endSignIns(db: Db, userId: string): Promise<void> {
  await execute(db, sql`delete from web_sessions where user_id = ${userId}`);
  await execute(db, sql`delete from sign_in_tokens where user_id = ${userId} and used_at is null`);
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
