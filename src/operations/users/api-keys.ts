import { Refusal } from '../../contracts/refusal.js';
import type { ApiKey } from '../../contracts/users/user.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { hasApiKey, issueApiKey, revokeApiKey } from '../../db/users/user-api-keys.js';
import { announcePrincipalChange, lockUser } from '../../db/users/users.js';

interface AskedFor {
  readonly userId: string;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason?: string | undefined;
}

/** The secret is in the answer alone: the row has its hash. */
export async function issueKey(
  tx: Tx,
  asked: AskedFor & { readonly name: string; readonly expiresAt: string | undefined },
): Promise<ApiKey & { readonly secret: string }> {
  const { userId, name, expiresAt } = asked;
  const user = await lockUser(tx, userId);
  if (!user.isActive) throw new Refusal('conflict', { detail: 'The user is not active.' });
  const key = await issueApiKey(tx, { userId, name, expiresAt });
  const after = { userId, name: key.name, hint: key.hint, expiresAt: key.expiresAt };
  await audit(tx, asked, { action: 'created', resourceId: key.id, after });
  await announcePrincipalChange(tx, userId);
  return key;
}

/** False: it was revoked before. */
export async function revokeKey(tx: Tx, asked: AskedFor & { readonly keyId: string }): Promise<boolean> {
  const { userId, keyId } = asked;
  const key = await revokeApiKey(tx, userId, keyId);
  if (key === undefined) {
    if (await hasApiKey(tx, userId, keyId)) return false;
    throw new Refusal('not_found');
  }
  await audit(tx, asked, {
    action: 'revoked',
    resourceId: keyId,
    before: { revokedAt: null },
    after: { revokedAt: key.revokedAt },
  });
  await announcePrincipalChange(tx, userId);
  return true;
}

async function audit(
  tx: Tx,
  { principal, origin, reason }: AskedFor,
  entry: Pick<AuditEntry, 'action' | 'resourceId' | 'before' | 'after'>,
): Promise<void> {
  const by = { actor: principal, origin, ...(reason === undefined ? {} : { reason }) };
  await recordAudit(tx, { ...by, resourceType: 'api_key', ...entry });
}
