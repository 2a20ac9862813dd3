import type { Preferences } from '../../contracts/notifications/preferences.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin } from '../../contracts/users/principal.js';
import { recordAudit, type AuditActor } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { lockPreferences, updatePreferences } from '../../db/notifications/staff.js';

export interface PreferencesChange {
  readonly staffId: string;
  readonly change: (before: Preferences) => Preferences;
  readonly actor: AuditActor;
  readonly origin: Origin;
  readonly reason?: string | undefined;
}

/** The only writer of a person's choices, for people and administrators. An unchanged choice is left alone. */
export async function changePreferences(
  tx: Tx,
  { staffId, change, actor, origin, reason }: PreferencesChange,
): Promise<Preferences> {
  const before = await lockPreferences(tx, staffId);
  if (before === undefined) throw new Refusal('not_found');
  const wanted = change(before);
  if (JSON.stringify(wanted) === JSON.stringify(before)) return before;
  const after = await updatePreferences(tx, staffId, wanted);
  await recordAudit(tx, {
    actor,
    origin,
    action: 'preferences_changed',
    resourceType: 'staff',
    resourceId: staffId,
    ...(reason === undefined ? {} : { reason }),
    before: { ...before },
    after: { ...after },
  });
  return after;
}

/** By the signed link in a mail: the person of the link, who is no user. */
export const byLink: AuditActor = { system: 'link in a mail' };

export function withoutMails(before: Preferences): Preferences {
  return { ...before, email: { ...before.email, enabled: false } };
}
