import { newApiKey } from '../../crypto/api-key.js';
import { newId } from '../../contracts/ids.js';
import type { ApiKey } from '../../contracts/users/user.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

const keyColumns: Sql = sql`id, name, hint, created_at as "createdAt", last_used_at as "lastUsedAt",
  expires_at as "expiresAt", revoked_at as "revokedAt",
  case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'active' end as status`;

export async function listApiKeys(db: Db, userId: string, request: PageRequest): Promise<ApiKey[]> {
  const page = keyset(request.position, { at: sql`created_at`, id: sql`id` });
  return many<ApiKey>(
    db,
    sql`select ${keyColumns} from api_keys where user_id = ${userId} and ${page.where}
         order by ${page.orderBy} limit ${request.limit + 1}`,
  );
}

/** The secret is in the answer and nowhere else: the table has its hash. */
export async function issueApiKey(
  tx: Tx,
  key: { userId: string; name: string; expiresAt: string | undefined },
): Promise<ApiKey & { secret: string }> {
  const { secret, hash, hint } = newApiKey();
  const row = await one<ApiKey>(
    tx,
    sql`insert into api_keys (id, user_id, name, key_hash, hint, expires_at)
        values (${newId('apiKey')}, ${key.userId}, ${key.name}, ${hash}, ${hint}, ${key.expiresAt ?? null})
        returning ${keyColumns}`,
  );
  return { ...row, secret };
}

/** Gives the key as it was left, or undefined when there is no such key or it was revoked before. */
export async function revokeApiKey(tx: Tx, userId: string, keyId: string): Promise<ApiKey | undefined> {
  return maybeOne<ApiKey>(
    tx,
    sql`update api_keys set revoked_at = clock_timestamp()
         where id = ${keyId} and user_id = ${userId} and revoked_at is null
        returning ${keyColumns}`,
  );
}

export async function hasApiKey(db: Db, userId: string, keyId: string): Promise<boolean> {
  const { found } = await one<{ found: boolean }>(
    db,
    sql`select exists (select from api_keys where id = ${keyId} and user_id = ${userId}) as found`,
  );
  return found;
}
