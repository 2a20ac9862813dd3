import { readSettings } from '../../db/notifications/settings.js';
import { changeSettings } from '../../operations/notifications/change-settings.js';
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
        const checkVersion = (version: number): void => requireVersion(ifMatch, version);
        const after = await changeSettings(tx, wanted, { principal, origin, reason, checkVersion });
        return reply(200, after, { ETag: etagOf(after.version) });
      },
    ),
  ];
}
