import { z } from 'zod';
import { idSchema } from './ids.js';
import { pageOf, pageQuery } from './page.js';

export const deadLetterSchema = z
  .object({
    id: idSchema('deadLetter'),
    jobId: z.string(),
    kind: z.string(),
    title: z.string(),
    input: z.record(z.string(), z.unknown()),
    errors: z
      .array(
        z.object({
          step: z.string(),
          try: z.number().int(),
          type: z.string(),
          message: z.string(),
          at: z.string(),
        }),
      )
      .meta({ description: 'Every failed try, in its order.' }),
    createdAt: z.string(),
    replayedAs: z.string().nullable().meta({ description: 'The last job that it was replayed as.' }),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterPageSchema = pageOf(deadLetterSchema).meta({ id: 'DeadLetterPage' });
export const deadLetterListQuery = z.strictObject(pageQuery);
