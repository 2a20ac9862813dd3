import { z } from 'zod';
import { decimal } from '../decimal.js';
import { pageOf, pageQuery } from '../page.js';
import { gateRecordSchema, sessionLinksSchema } from './views.js';
import { templateName } from '../templates/template.js';

export const gateListQuery = z.strictObject({
  status: gateRecordSchema.shape.status.default('waiting'),
  template: templateName.optional(),
  phase: decimal(1, 20),
  ...pageQuery,
});

export const inboxGateSchema = gateRecordSchema
  .extend({
    sessionId: z.string().meta({ description: 'The session that waits, or the job where jobId says so.' }),
    jobId: z.string().nullable().meta({ description: 'Of a notification run: only approve and reject.' }),
    topic: z.string(),
    template: z.object({ name: z.string(), version: z.int() }),
    paused: z.boolean().meta({ description: 'Its deadline stands still.' }),
    reservedBy: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'Who says that they read it now.' }),
    reservedUntil: z.string().nullable(),
    preview: z.string().nullable().meta({ description: 'The beginning of what was produced.' }),
    links: sessionLinksSchema,
  })
  .meta({ id: 'InboxGate' });
export type InboxGate = z.infer<typeof inboxGateSchema>;

export const inboxPageSchema = pageOf(inboxGateSchema).meta({ id: 'InboxPage' });
