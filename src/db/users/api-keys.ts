import type { PrincipalRow } from './principals.js';
import { principalColumns } from './principals.js';
import { execute, maybeOne, sql, type Db } from '../base/sql.js';

export interface ApiKeyHolder extends PrincipalRow {
  apiKeyId: string;
  keyHash: Buffer;
  /** Milliseconds that the key has left; null when it does not expire. */
  leftMs: number | null;
}

/** Undefined: unknown, expired, revoked, or its user is not active. The caller does not learn which. */
export function findApiKeyHolder(db: Db, keyHash: Buffer): Promise<ApiKeyHolder | undefined> {
  return maybeOne<ApiKeyHolder>(
    db,
    sql`select k.id as "apiKeyId", k.key_hash as "keyHash", ${principalColumns},
               (extract(epoch from k.expires_at - now()) * 1000)::float8 as "leftMs"
          from api_keys k join users u on u.id = k.user_id
         where k.key_hash = ${keyHash} and k.revoked_at is null and u.is_active
           and (k.expires_at is null or k.expires_at > now())`,
  );
}

/** Moves `last_used_at` on, once a minute at most. */
export function touchApiKey(db: Db, apiKeyId: string): Promise<number> {
  return execute(
    db,
    sql`update api_keys set last_used_at = now()
         where id = ${apiKeyId} and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
  );
}
