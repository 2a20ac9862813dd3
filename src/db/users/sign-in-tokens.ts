import { createHash, randomBytes } from 'node:crypto';
import { execute, maybeOne, sql, type Db } from '../base/sql.js';

/** Makes a token that signs a user in once, for a link: it is in the answer and nowhere else. */
export async function createSignInToken(db: Db, userId: string, ttlSeconds: number): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await execute(
    db,
    sql`insert into sign_in_tokens (token_hash, user_id, expires_at)
        values (${hashOf(token)}, ${userId}, now() + make_interval(secs => ${ttlSeconds}))`,
  );
  return token;
}

/** The token's user. The second of two who come with the same token gets undefined, however close they are. */
export async function redeemSignInToken(db: Db, token: string): Promise<string | undefined> {
  const row = await maybeOne<{ userId: string }>(
    db,
    sql`update sign_in_tokens t set used_at = now()
          from users u
         where t.token_hash = ${hashOf(token)} and t.used_at is null and t.expires_at > now()
           and u.id = t.user_id and u.is_active
        returning t.user_id as "userId"`,
  );
  return row?.userId;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
