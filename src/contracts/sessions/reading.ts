import { z } from 'zod';
import { textDiffSchema } from './ledger.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be the digest of an output');

export const seenBody = z.strictObject({ outputDigest: digest });

export const seenOutputSchema = z
  .object({ phase: z.int(), outputDigest: z.string(), seenAt: z.string() })
  .meta({ id: 'SeenOutput' });
export type SeenOutput = z.infer<typeof seenOutputSchema>;

export const changesQuery = z.strictObject({ since: digest });

export const phaseChangesSchema = z
  .object({
    phase: z.int(),
    since: z.string(),
    outputDigest: z.string().nullable().meta({ description: 'Null: the phase has no output now.' }),
    equal: z.boolean(),
    before: z.string().nullable().meta({ description: 'The earlier text, where it differs and is kept.' }),
    diff: textDiffSchema
      .nullable()
      .meta({ description: 'Null: nothing changed, or one of the texts is no longer kept.' }),
  })
  .meta({ id: 'PhaseChanges' });
