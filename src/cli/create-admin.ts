import { Refusal } from '../contracts/refusal.js';
import { recordAudit } from '../db/audit/log.js';
import { withTransaction } from '../db/base/transaction.js';
import { issueApiKey } from '../db/users/user-api-keys.js';
import { insertUser } from '../db/users/users.js';
import type { Config } from '../platform/config.js';
import { CliError } from './cli-error.js';
import { withDatabase } from './database.js';
import type { Terminal } from './terminal.js';

/** Makes an administrator and prints an API key, once. Everybody else is made by an administrator over the API. */
export async function createAdmin(
  config: Config,
  terminal: Terminal,
  { email, name = email }: { readonly email: string; readonly name?: string | undefined },
): Promise<void> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new CliError(`"${email}" is not an e-mail address.`);
  try {
    const { secret } = await withDatabase(config, (pool) =>
      withTransaction(pool, async (tx) => {
        const user = await insertUser(tx, { email, name, role: 'ADMIN' });
        const key = await issueApiKey(tx, { userId: user.id, name: 'first key', expiresAt: undefined });
        const entry = {
          actor: { system: 'command line' },
          action: 'created',
          resourceType: 'user',
          resourceId: user.id,
        } as const;
        await recordAudit(tx, { ...entry, after: { email, role: 'ADMIN', apiKeyId: key.id } });
        return key;
      }),
    );
    terminal.err(`${email} is an administrator. This key is shown once:`);
    terminal.out(secret);
  } catch (error) {
    throw error instanceof Refusal ? new CliError(`${error.message} (${error.code})`) : error;
  }
}
