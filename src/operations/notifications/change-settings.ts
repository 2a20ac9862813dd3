import type { NotificationSettings } from '../../contracts/notifications/settings.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { lockSettings, updateSettings } from '../../db/notifications/settings.js';
import { omit } from '../../domain/omit.js';
import type { AskedChange } from './asked-change.js';

/** A run keeps the rules that it began with: the next one has these. */
export async function changeSettings(
  tx: Tx,
  wanted: Parameters<typeof updateSettings>[1],
  { principal, origin, reason, checkVersion }: AskedChange,
): Promise<NotificationSettings> {
  const before = await lockSettings(tx);
  checkVersion(before.version);
  const after = await updateSettings(tx, wanted);
  await recordAudit(tx, {
    actor: principal,
    origin,
    action: 'updated',
    resourceType: 'setting',
    resourceId: 'notifications',
    reason,
    before: { ...omit(before, 'version', 'updated_at') },
    after: { ...omit(after, 'version', 'updated_at') },
  });
  return after;
}
