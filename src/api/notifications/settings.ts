import { recordAudit } from '../../db/audit/log.js';
import { lockSettings, readSettings, updateSettings } from '../../db/notifications/settings.js';
import { omit } from '../../domain/omit.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { implement, reply, type Route } from '../http/route.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';

/** The rules by which every run is planned. A run keeps those that it began with. */
export function createNotificationSettingRoutes(): Route[] {
  return [
    implement(notificationRoutes.getNotificationSettings, async (_call, db) => {
      const settings = await readSettings(db);
      return reply(200, settings, { ETag: etagOf(settings.version) });
    }),
    implement(
      notificationRoutes.setNotificationSettings,
      async ({ body, principal, origin, ifMatch }, tx) => {
        const { reason, ...wanted } = body;
        const before = await lockSettings(tx);
        requireVersion(ifMatch, before.version);
        const after = await updateSettings(tx, wanted);
        await recordAudit(tx, {
          actor: principal,
          origin,
          action: 'updated',
          resourceType: 'setting',
          resourceId: 'notifications',
          ...(reason === undefined ? {} : { reason }),
          before: { ...omit(before, 'version', 'updated_at') },
          after: { ...omit(after, 'version', 'updated_at') },
        });
        return reply(200, after, { ETag: etagOf(after.version) });
      },
    ),
  ];
}
