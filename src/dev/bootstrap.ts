import type { Pool } from 'pg';
import { apiKeyHint, hashApiKey } from '../crypto/api-key.js';
import { newId } from '../contracts/ids.js';
import type { Role } from '../contracts/users/principal.js';
import { recordAudit } from '../db/audit/log.js';
import { createSignInToken } from '../db/users/sign-in-tokens.js';
import { maybeOne, one, sql } from '../db/base/sql.js';
import { withTransaction, type Tx } from '../db/base/transaction.js';
import type { Secrets } from './secrets.js';

const SIGN_IN_SECONDS = 15 * 60;
const actor = { system: 'npm start' };

/** The two users that a fresh stack can be tried with, and a token that signs the first in once. Safe to run again. */
export async function bootstrapUsers(pool: Pool, secrets: Secrets): Promise<{ signInToken: string }> {
  return withTransaction(pool, async (tx) => {
    const adminId = await ensureUser(tx, { email: 'admin@sluice.local', name: 'Local admin', role: 'ADMIN' });
    const analystId = await ensureUser(tx, {
      email: 'analyst@sluice.local',
      name: 'Local analyst',
      role: 'ANALYST',
    });
    await ensureApiKey(tx, adminId, secrets.adminApiKey);
    await ensureApiKey(tx, analystId, secrets.analystApiKey);
    return { signInToken: await createSignInToken(tx, adminId, SIGN_IN_SECONDS) };
  });
}

/** A person's later changes of these users stay. */
async function ensureUser(tx: Tx, user: { email: string; name: string; role: Role }): Promise<string> {
  const { email, name, role } = user;
  const made = await maybeOne<{ id: string }>(
    tx,
    sql`insert into users (id, email, name, role) values (${newId('user')}, ${email}, ${name}, ${role})
        on conflict (lower(email)) do nothing returning id`,
  );
  if (made === undefined) {
    return (await one<{ id: string }>(tx, sql`select id from users where lower(email) = ${email}`)).id;
  }
  await recordAudit(tx, {
    actor,
    action: 'created',
    resourceType: 'user',
    resourceId: made.id,
    after: { email, role },
  });
  return made.id;
}

async function ensureApiKey(tx: Tx, userId: string, secret: string): Promise<void> {
  const name = 'npm start';
  const hint = apiKeyHint(secret);
  const made = await maybeOne<{ id: string }>(
    tx,
    sql`insert into api_keys (id, user_id, name, key_hash, hint)
        values (${newId('apiKey')}, ${userId}, ${name}, ${hashApiKey(secret)}, ${hint})
        on conflict (key_hash) do nothing returning id`,
  );
  if (made === undefined) return;
  await recordAudit(tx, {
    actor,
    action: 'created',
    resourceType: 'api_key',
    resourceId: made.id,
    after: { userId, name, hint },
  });
}
