import type { User } from '../../contracts/users/user.js';
import { recordAudit, type AuditEntry } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { endSignIns } from '../../db/users/web-sessions.js';
import {
  announcePrincipalChange,
  lockUser,
  requireAnotherAdmin,
  updateUser,
  type UserChange,
} from '../../db/users/users.js';

export interface UserChangeRequest {
  readonly userId: string;
  readonly change: UserChange;
  /** Throws when the caller has read another version. */
  readonly checkVersion: (version: number) => void;
  readonly audit: Pick<AuditEntry, 'actor'> & Partial<Pick<AuditEntry, 'reason' | 'origin'>>;
}

/** Changes a user, or nothing when they are so already. The one way in which a role or an activity changes. */
export async function changeUser(tx: Tx, request: UserChangeRequest): Promise<User> {
  const before = await lockUser(tx, request.userId);
  request.checkVersion(before.version);
  const wanted = { ...before, ...given(request.change) };
  if (isSame(before, wanted)) return before;
  if (isActiveAdmin(before) && !isActiveAdmin(wanted)) await requireAnotherAdmin(tx, before.id);
  const after = await updateUser(tx, before.id, request.change);
  // Somebody who is made active again signs in anew: an old browser or link is nothing that anybody still watches.
  if (!after.isActive) await endSignIns(tx, after.id);
  await recordAudit(tx, {
    ...request.audit,
    action: actionOf(before, after),
    resourceType: 'user',
    resourceId: after.id,
    before: auditState(before),
    after: auditState(after),
  });
  await announcePrincipalChange(tx, after.id);
  return after;
}

/** The fields of a user that the log keeps. */
export function auditState(user: User): Record<string, unknown> {
  return { email: user.email, name: user.name, role: user.role, isActive: user.isActive };
}

function given(change: UserChange): Partial<User> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function isSame(before: User, wanted: User): boolean {
  return JSON.stringify(auditState(before)) === JSON.stringify(auditState(wanted));
}

function isActiveAdmin(user: User): boolean {
  return user.isActive && user.role === 'ADMIN';
}

function actionOf(before: User, after: User): string {
  if (before.isActive !== after.isActive) return after.isActive ? 'activated' : 'deactivated';
  return before.role === after.role ? 'updated' : 'role_changed';
}
