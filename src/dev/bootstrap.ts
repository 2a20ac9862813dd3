import { apiKeyHint, hashApiKey } from '../contracts/api-key.js';
import { newId } from '../contracts/ids.js';
import type { Role } from '../contracts/principal.js';
import { createSignInToken } from '../db/sign-in-tokens.js';
import { execute, one, sql, type Db } from '../db/sql.js';
import type { Secrets } from './secrets.js';

const SIGN_IN_SECONDS = 15 * 60;

/** The two users that a fresh stack can be tried with, and a token that signs the first in once. Safe to run again. */
export async function bootstrapUsers(db: Db, secrets: Secrets): Promise<{ signInToken: string }> {
  const adminId = await ensureUser(db, { email: 'admin@sluice.local', name: 'Local admin', role: 'ADMIN' });
  const analystId = await ensureUser(db, {
    email: 'analyst@sluice.local',
    name: 'Local analyst',
    role: 'ANALYST',
  });
  await ensureApiKey(db, adminId, secrets.adminApiKey);
  await ensureApiKey(db, analystId, secrets.analystApiKey);
  return { signInToken: await createSignInToken(db, adminId, SIGN_IN_SECONDS) };
}

/** What a person changed about these users later stays as it is. */
async function ensureUser(db: Db, user: { email: string; name: string; role: Role }): Promise<string> {
  await execute(
    db,
    sql`insert into users (id, email, name, role)
        values (${newId('user')}, ${user.email}, ${user.name}, ${user.role})
        on conflict (lower(email)) do nothing`,
  );
  const found = await one<{ id: string }>(db, sql`select id from users where lower(email) = ${user.email}`);
  return found.id;
}

async function ensureApiKey(db: Db, userId: string, secret: string): Promise<void> {
  await execute(
    db,
    sql`insert into api_keys (id, user_id, name, key_hash, hint)
        values (${newId('apiKey')}, ${userId}, 'npm start', ${hashApiKey(secret)}, ${apiKeyHint(secret)})
        on conflict (key_hash) do nothing`,
  );
}
