import {
  notificationSettingsBody,
  notificationSettingsSchema,
} from '../../contracts/notifications/settings.js';
import { recordAudit } from '../../db/audit/log.js';
import { lockSettings, readSettings, updateSettings } from '../../db/notifications/settings.js';
import { omit } from '../../domain/omit.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';

const PATH = '/api/v1/notifications/settings';
const TAG = 'Notifications';
const headers = { ETag: 'The version, for If-Match.' };

/** The rules by which every run is planned. A run keeps those that it began with. */
export function createNotificationSettingRoutes(): AnyRoute[] {
  return [
    readRoute({
      method: 'GET',
      path: PATH,
      operationId: 'getNotificationSettings',
      summary: 'The rules by which notifications are planned',
      tag: TAG,
      access: 'admin',
      responses: { 200: { description: 'The rules', body: notificationSettingsSchema, headers } },
      async handle(_call, db) {
        const settings = await readSettings(db);
        return reply(200, settings, { ETag: etagOf(settings.version) });
      },
    }),
    writeRoute({
      method: 'PUT',
      path: PATH,
      operationId: 'setNotificationSettings',
      summary: 'Set them for the runs to come; with If-Match only the version that was read',
      tag: TAG,
      access: 'admin',
      body: notificationSettingsBody,
      responses: {
        200: { description: 'The rules as they are now', body: notificationSettingsSchema, headers },
      },
      problems: ['precondition_failed'],
      async handle({ body, principal, origin, ifMatch }, tx) {
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
    }),
  ];
}
