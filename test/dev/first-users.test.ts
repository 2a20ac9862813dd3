import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashApiKey } from '../../src/crypto/api-key.js';
import { findApiKeyHolder } from '../../src/db/users/api-keys.js';
import { redeemSignInToken } from '../../src/db/users/sign-in-tokens.js';
import { bootstrapUsers } from '../../src/dev/bootstrap.js';
import { keepSecrets } from '../../src/dev/secrets.js';
import { useDatabase } from '../support/servers/database.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const database = useDatabase();
const folder = useTemporaryFolder();
const path = join(folder, 'secrets.json');

test('the secrets of a home are made once and are for their owner alone', () => {
  const first = keepSecrets(path);
  expect(keepSecrets(path)).toEqual(first);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(first.adminApiKey).toMatch(/^slk_[\w-]{43}$/);
});

test('a damaged file of secrets is an error that names it', () => {
  const damaged = join(folder, 'damaged.json');
  writeFileSync(damaged, '{"signingSecret":');
  expect(() => keepSecrets(damaged)).toThrow(`${damaged} is damaged`);
});

test('both keys belong to their users, however often the stack is started', async () => {
  const secrets = keepSecrets(path);
  await bootstrapUsers(database.pool, secrets);
  await bootstrapUsers(database.pool, secrets);
  const admin = await findApiKeyHolder(database.pool, hashApiKey(secrets.adminApiKey));
  const analyst = await findApiKeyHolder(database.pool, hashApiKey(secrets.analystApiKey));
  expect([admin?.role, analyst?.role]).toEqual(['ADMIN', 'ANALYST']);
  const { rows } = await database.pool.query('select email from users order by email');
  expect(rows).toEqual([{ email: 'admin@sluice.local' }, { email: 'analyst@sluice.local' }]);
});

test('each user and each key is in the audit log once, however often the stack is started', async () => {
  const secrets = keepSecrets(path);
  await bootstrapUsers(database.pool, secrets);
  await bootstrapUsers(database.pool, secrets);
  const { rows } = await database.pool.query<{ by: string; what: string; entries: number }>(
    `select a.actor_name as by, coalesce(u.email, o.email || '''s key') as what, count(*) as entries
       from audit_logs a
       left join users u on a.resource_type = 'user' and u.id = a.resource_id
       left join api_keys k on a.resource_type = 'api_key' and k.id = a.resource_id
       left join users o on o.id = k.user_id
      where a.action = 'created' and a.actor_role = 'SYSTEM' group by 1, 2 order by 2`,
  );
  const [by, entries] = ['npm start', 1];
  expect(rows).toEqual([
    { by, entries, what: 'admin@sluice.local' },
    { by, entries, what: "admin@sluice.local's key" },
    { by, entries, what: 'analyst@sluice.local' },
    { by, entries, what: "analyst@sluice.local's key" },
  ]);
});

test('the link of a start signs the admin in once', async () => {
  const { signInToken } = await bootstrapUsers(database.pool, keepSecrets(path));
  expect(await redeemSignInToken(database.pool, signInToken)).toMatch(/^usr_/);
  expect(await redeemSignInToken(database.pool, signInToken)).toBeUndefined();
});

test('an admin that was deactivated stays so over a restart', async () => {
  await database.pool.query("update users set is_active = false where email = 'admin@sluice.local'");
  await bootstrapUsers(database.pool, keepSecrets(path));
  const { rows } = await database.pool.query(
    "select is_active from users where email = 'admin@sluice.local'",
  );
  expect(rows).toEqual([{ is_active: false }]);
});
