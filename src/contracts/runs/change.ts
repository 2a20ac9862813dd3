import { z } from 'zod';
import { placeIdPattern } from '../../domain/runs/change-place.js';
import { decimal } from '../decimal.js';
import { eventSchema } from '../events.js';
import { sessionSummarySchema } from '../sessions/views.js';
import { jobSchema } from './job.js';

export const changesQuery = z.strictObject({
  after: z
    .string()
    .regex(placeIdPattern, 'must be the id of a frame')
    .optional()
    .meta({ description: 'The id that you have already. A Last-Event-ID header takes its place.' }),
  limit: decimal(1, 100, { description: 'Events of a page, 1 to 100. A stream has no limit.', standard: 20 }),
});

/**
 * In a stream of all runs: the reader's inbox changed by something that is no event of a run. It is told once, has no
 * id and no data, and is in no page.
 */
export const inboxChanged = 'inbox.changed';
export interface InboxChanged {
  readonly at: string;
  readonly type: typeof inboxChanged;
  readonly pos?: undefined;
}

/** A job as it stands in lists. Its input may be large and does not change, so it is left out. */
export const listedJobSchema = jobSchema.omit({ input: true, errorDetails: true }).meta({ id: 'ListedJob' });
export type ListedJob = z.infer<typeof listedJobSchema>;

export const changeSchema = z
  .intersection(
    eventSchema,
    z.object({
      runId: z.string(),
      kind: z.string().meta({ description: 'Of the run: cot-session, report, sql …' }),
      session: sessionSummarySchema.optional().meta({
        description: 'How the session stands in lists. With the newest of its events alone.',
      }),
      job: listedJobSchema.optional().meta({ description: 'The same of a job.' }),
    }),
  )
  .meta({ id: 'Change', description: 'An event of any run, with the run that it is of.' });

export const changePageSchema = z
  .object({
    items: z.array(changeSchema),
    hasMore: z.boolean(),
    nextAfter: z.string().meta({ description: 'Ask with `?after=` this for what follows.' }),
    hasGap: z.boolean().meta({
      description: 'What was between `after` and the first item is kept no longer: read the lists again.',
    }),
  })
  .meta({ id: 'ChangePage' });
