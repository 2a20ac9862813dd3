import { z } from 'zod';
import { idSchema } from '../../contracts/ids.js';
import { preferencesChangeSchema, preferencesSchema } from '../../contracts/notifications/preferences.js';
import { Problem } from '../../contracts/problems.js';
import { findPreferences } from '../../db/notifications/staff.js';
import { changePreferences } from '../../operations/notifications/preferences.js';
import { readRoute, reply, writeRoute, type AnyRoute } from '../http/route.js';

const PATH = '/api/v1/staff/:id/preferences';
const TAG = 'Notifications';
const params = z.object({ id: idSchema('staff') });

/** What a person receives, over which channel and when, as an administrator sees and changes it. */
export function createPreferenceRoutes(): AnyRoute[] {
  return [
    readRoute({
      method: 'GET',
      path: PATH,
      operationId: 'getPreferences',
      summary: 'What a person receives, over which channel and when',
      tag: TAG,
      access: 'admin',
      params,
      responses: { 200: { description: 'The choices', body: preferencesSchema } },
      problems: ['not_found'],
      async handle({ params: { id } }, db) {
        const found = await findPreferences(db, id);
        if (found === undefined) throw new Problem('not_found');
        return reply(200, found);
      },
    }),
    writeRoute({
      method: 'PUT',
      path: PATH,
      operationId: 'setPreferences',
      summary: 'Set all of it',
      tag: TAG,
      access: 'admin',
      params,
      body: preferencesChangeSchema,
      responses: { 200: { description: 'The choices as they are now', body: preferencesSchema } },
      problems: ['not_found'],
      async handle({ params: { id }, body, principal, origin }, tx) {
        const { reason, ...wanted } = body;
        const change = { staffId: id, change: () => wanted, actor: principal, origin, reason };
        return reply(200, await changePreferences(tx, change));
      },
    }),
  ];
}
