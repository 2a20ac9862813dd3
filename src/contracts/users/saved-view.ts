import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';

const page = z.string().regex(/^[a-z][a-z/-]{0,59}$/, 'must be the name of a page, for example sessions');
const name = z.string().trim().min(1).max(200);
const query = z
  .record(z.string().min(1).max(100), z.union([z.string().max(1_000), z.number(), z.boolean()]))
  .refine((given) => Object.keys(given).length <= 50, 'must have at most 50 members')
  .meta({ description: 'What the page shows: filters, order, columns.' });
const shared = z.boolean();

export const newSavedViewSchema = z
  .strictObject({
    page,
    name,
    query,
    shared: shared.default(false).meta({ description: 'Everybody may use it; only its owner changes it.' }),
  })
  .meta({ id: 'NewSavedView' });
export type NewSavedView = z.infer<typeof newSavedViewSchema>;

export const savedViewChange = z
  .strictObject({ name: name.optional(), query: query.optional(), shared: shared.optional() })
  .meta({ id: 'SavedViewChange' });
export type SavedViewChange = z.infer<typeof savedViewChange>;

export const savedViewSchema = z
  .object({
    id: idSchema('savedView'),
    page: z.string(),
    name: z.string(),
    query,
    shared,
    ownerId: z.string(),
    version: z.int(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'SavedView' });
export type SavedView = z.infer<typeof savedViewSchema>;

export const savedViewPage = pageOf(savedViewSchema).meta({ id: 'SavedViewPage' });
export const savedViewListQuery = z.strictObject({ page: page.optional(), ...pageQuery });
