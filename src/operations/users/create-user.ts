import type { Role } from '../../contracts/users/principal.js';
import type { User } from '../../contracts/users/user.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { insertUser } from '../../db/users/users.js';
import { auditState } from './change-user.js';

export interface UserOrder {
  readonly user: { readonly email: string; readonly name: string; readonly role: Role };
  readonly audit: Pick<AuditEntry, 'actor'> & Partial<Pick<AuditEntry, 'reason' | 'origin'>>;
}

export async function createUser(tx: Tx, { user: wanted, audit }: UserOrder): Promise<User> {
  const user = await insertUser(tx, wanted);
  await recordAudit(tx, {
    ...audit,
    action: 'created',
    resourceType: 'user',
    resourceId: user.id,
    after: auditState(user),
  });
  return user;
}
