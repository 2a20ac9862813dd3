import { z } from 'zod';
import { givenMoment } from '../moment.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { timesInOrder } from '../times-in-order.js';

/** Of a dead letter that is no job's: a webhook's delivery that used up its tries. */
export const DELIVERY_KIND = 'webhook-delivery';
export const PREVIEW_SAMPLE = 5;
const MOST_AT_ONCE = 500;

export const stepTrySchema = z.object({
  step: z.string(),
  try: z.number().int(),
  type: z.string(),
  message: z.string(),
  at: z.string(),
});

export const deadLetterSchema = z
  .object({
    id: idSchema('deadLetter'),
    jobId: z.string().nullable().meta({ description: 'The job that failed; null for a delivery.' }),
    deliveryId: z.string().nullable().meta({ description: 'The delivery that failed; null for a job.' }),
    kind: z.string().meta({ description: `A kind of job, or ${DELIVERY_KIND}.` }),
    title: z.string(),
    errorCode: z.string().nullable().meta({ description: 'Why it failed at last.' }),
    input: z.record(z.string(), z.unknown()),
    errors: z.array(stepTrySchema).meta({ description: 'Every failed try, in its order.' }),
    createdAt: z.string(),
    replayedAs: z
      .string()
      .nullable()
      .meta({ description: 'The last job or delivery that it was replayed as.' }),
    links: z.object({
      self: z.string(),
      subject: z.string().meta({ description: 'The job or the delivery.' }),
      replayedAs: z.string().nullable(),
      temporal: z.string().nullable(),
    }),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterView = z.infer<typeof deadLetterSchema>;

export const deadLetterPageSchema = pageOf(deadLetterSchema).meta({ id: 'DeadLetterPage' });

const filters = {
  kind: z.string().min(1).max(100).optional(),
  errorCode: z.string().min(1).max(100).optional(),
  createdFrom: givenMoment.optional(),
  createdTo: givenMoment.optional(),
};

export const deadLetterListQuery = z
  .strictObject({
    ...filters,
    replayed: z
      .enum(['yes', 'no'])
      .optional()
      .meta({ description: 'Whether it was replayed; both when absent.' }),
    ...pageQuery,
  })
  .superRefine(timesInOrder('createdFrom', 'createdTo'));

export const replayOneBody = z
  .strictObject({
    again: z
      .boolean()
      .default(false)
      .meta({ description: 'Also when it was replayed before. Without it that is a conflict.' }),
  })
  .meta({ id: 'ReplayDeadLetter' });

export const replayManyBody = z
  .strictObject({
    filter: z
      .strictObject({ ...filters, ids: z.array(idSchema('deadLetter')).min(1).max(MOST_AT_ONCE).optional() })
      .superRefine(timesInOrder('createdFrom', 'createdTo'))
      .meta({ description: 'All that is given must match. Those that were replayed before never do.' }),
    dryRun: z
      .boolean()
      .default(true)
      .meta({ description: 'true: tell what would be replayed, and do nothing.' }),
    limit: z.number().int().min(1).max(MOST_AT_ONCE).default(100).meta({ description: 'The oldest first.' }),
  })
  .meta({ id: 'ReplayDeadLetters' });

const replayed = {
  jobId: z.string().optional(),
  deliveryId: z.string().optional(),
  statusUrl: z.string(),
};
export const deadLetterReplayedSchema = z.object(replayed).meta({ id: 'DeadLetterReplayed' });

export const replayPreviewSchema = z
  .object({
    matching: z.number().int().meta({ description: 'How many would be replayed, with no limit.' }),
    notReplayable: z
      .number()
      .int()
      .meta({ description: 'Deliveries that match and whose webhook is switched off or gone: left out.' }),
    sample: z.array(deadLetterSchema).meta({ description: `The first ${PREVIEW_SAMPLE} of them.` }),
  })
  .meta({ id: 'DeadLetterReplayPreview' });

export const replayManySchema = z
  .object({
    replayed: z.array(z.object({ deadLetterId: z.string(), ...replayed })),
    remaining: z.number().int().meta({ description: 'How many match and were over the limit.' }),
  })
  .meta({ id: 'DeadLettersReplayed' });
