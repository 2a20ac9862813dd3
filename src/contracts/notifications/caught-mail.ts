import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { address, moment } from './fields.js';

const head = {
  id: idSchema('mail'),
  from: z.string(),
  to: z.array(z.string()),
  message_id: z.string().nullable(),
  subject: z.string(),
  bytes: z.number().int(),
  received_at: moment,
};

export const caughtMailHeadSchema = z.object(head).meta({ id: 'CaughtMailHead' });
export type CaughtMailHead = z.infer<typeof caughtMailHeadSchema>;

export const caughtMailSchema = z
  .object({
    ...head,
    text: z.string().nullable(),
    html: z.string().nullable(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
  })
  .meta({ id: 'CaughtMail' });
export type CaughtMail = z.infer<typeof caughtMailSchema>;

export const caughtMailPageSchema = pageOf(caughtMailHeadSchema).meta({ id: 'CaughtMailPage' });
export const caughtMailListQuery = z.strictObject({ to: address.optional(), ...pageQuery });
