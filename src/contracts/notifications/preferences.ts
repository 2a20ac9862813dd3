import { z } from 'zod';
import { language, quietHours, reason } from './fields.js';

const channel = z.strictObject({
  enabled: z.boolean(),
  mute_until: z.iso
    .datetime({ offset: true })
    .nullable()
    .meta({ description: 'Nothing before this moment, except of critical deadlines. Null: not muted.' }),
});

export const preferencesSchema = z
  .strictObject({
    email: channel,
    push: channel,
    digest: z.boolean().meta({ description: 'Several deadlines in one message.' }),
    language,
    quiet_hours: quietHours,
  })
  .meta({ id: 'Preferences' });
export type Preferences = z.infer<typeof preferencesSchema>;

export const preferencesChangeSchema = preferencesSchema.extend({ reason }).meta({ id: 'PreferencesChange' });
