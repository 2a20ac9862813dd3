import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { dataSourceName, sqlParameterSchema } from './request.js';

const name = z.string().trim().min(1).max(200);
const sql = z.string().min(1).max(100_000);
const params = z.array(sqlParameterSchema).max(100);

export const newSavedQuerySchema = z
  .strictObject({
    name,
    sql,
    data_source: dataSourceName.default('demo'),
    params: params.default([]),
    shared: z
      .boolean()
      .default(false)
      .meta({ description: 'Everybody may read it; only its owner changes it.' }),
  })
  .meta({ id: 'NewSavedQuery' });
export type NewSavedQuery = z.infer<typeof newSavedQuerySchema>;

export const savedQueryChange = z
  .strictObject({
    name: name.optional(),
    sql: sql.optional(),
    data_source: dataSourceName.optional(),
    params: params.optional(),
    shared: z.boolean().optional(),
  })
  .meta({ id: 'SavedQueryChange' });
export type SavedQueryChange = z.infer<typeof savedQueryChange>;

export const savedQuerySchema = z
  .object({
    id: idSchema('savedQuery'),
    name: z.string(),
    sql: z.string(),
    data_source: z.string(),
    params,
    shared: z.boolean(),
    owner_id: z.string(),
    version: z.number().int(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'SavedQuery' });
export type SavedQuery = z.infer<typeof savedQuerySchema>;

export const savedQueryPage = pageOf(savedQuerySchema).meta({ id: 'SavedQueryPage' });
export const savedQueryListQuery = z.strictObject({ data_source: dataSourceName.optional(), ...pageQuery });
