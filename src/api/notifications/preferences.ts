import { Problem } from '../http/problems.js';
import { findPreferences } from '../../db/notifications/staff.js';
import { changePreferences } from '../../operations/notifications/preferences.js';
import { implement, reply, type Route } from '../http/route.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';

/** A person's messages, by channel and time, as an administrator sees and changes them. */
export function createPreferenceRoutes(): Route[] {
  return [
    implement(notificationRoutes.getPreferences, async ({ params: { id } }, db) => {
      const found = await findPreferences(db, id);
      if (found === undefined) throw new Problem('not_found');
      return reply(200, found);
    }),
    implement(notificationRoutes.setPreferences, async ({ params: { id }, body, principal, origin }, tx) => {
      const { reason, ...wanted } = body;
      const change = { staffId: id, change: () => wanted, actor: principal, origin, reason };
      return reply(200, await changePreferences(tx, change));
    }),
  ];
}
