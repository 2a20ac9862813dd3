import { z } from 'zod';
import { pageOf, pageQuery } from '../page.js';
import { templateDefinition, templateName } from './template.js';

const { title, description, inputSchema } = templateDefinition.shape;

export const templateListQuery = z.strictObject(pageQuery);

export const templateVersionQuery = z.strictObject({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .meta({ description: 'The newest when left out.' }),
});

const version = {
  version: z.int(),
  sha256: z.string(),
  builtIn: z.boolean().meta({ description: 'True: it came with the program.' }),
  createdAt: z.string(),
};

const templateSummarySchema = z
  .object({
    name: templateName,
    title,
    description,
    inputSchema,
    phases: z.array(z.object({ key: z.string(), title })),
    ...version,
  })
  .meta({ id: 'TemplateSummary' });
export type TemplateSummary = z.infer<typeof templateSummarySchema>;

export const templatePageSchema = pageOf(templateSummarySchema).meta({ id: 'TemplatePage' });

export const templateViewSchema = z
  .object({
    name: templateName,
    definition: templateDefinition,
    ...version,
    versions: z.array(z.object(version)).meta({ description: 'All versions, the newest first.' }),
  })
  .meta({ id: 'Template' });
export type TemplateView = z.infer<typeof templateViewSchema>;
