import { z } from 'zod';
import { givenMoment } from '../moment.js';
import { jobStates, jobStatuses } from '../../domain/runs/status.js';
import { sectionStatusSchema } from '../reports/section-status.js';
import { stepTrySchema } from './dead-letter.js';
import { idSchema } from '../ids.js';
import { jobKindsOf, runKinds, type RunKinds } from '../run-kinds.js';
import { pageOf, pageQuery } from '../page.js';
import { runStatusSchema } from './run.js';
import { timesInOrder } from '../times-in-order.js';

/** Jobs of some kinds keep ids of their own: a SQL run is `sql_…`. */
export const jobIdSchema = z
  .string()
  .regex(/^[a-z]{3,4}_[0-9a-hjkmnp-tv-z]{26}$/, 'must be an id like job_…')
  .meta({ id: 'JobId' });

const moment = z.string().meta({ description: 'RFC 3339, UTC, with microseconds.' });

export const jobSchema = z
  .object({
    jobId: jobIdSchema,
    kind: z.string(),
    title: z.string(),
    status: z.enum(jobStatuses),
    state: z.enum(jobStates),
    progress: z.looseObject({
      percent: z.number().meta({ description: '0 to 100.' }),
      phase: z.string().optional(),
    }),
    downloadUrl: z.string().optional().meta({ description: 'Once it has a result.' }),
    result: z.object({ contentType: z.string(), bytes: z.number().int(), sha256: z.string() }).optional(),
    completedWithGaps: z
      .boolean()
      .optional()
      .meta({ description: 'Of a finished report: whether a section is missing.' }),
    sections: z
      .array(sectionStatusSchema)
      .optional()
      .meta({ description: 'Of a finished report: how each of its sections came out.' }),
    error: z.string().optional(),
    errorCode: z.string().optional(),
    errorDetails: z
      .array(stepTrySchema)
      .optional()
      .meta({ description: 'Of a failed job, for an ADMIN alone: every failed try in its own words.' }),
    attention: z.string().optional().meta({ description: 'Why it does not get on, while it does not.' }),
    cancelRequested: z.boolean(),
    origin: z
      .object({ jobId: z.string(), relation: z.string() })
      .optional()
      .meta({ description: 'The job that this one runs again, or redoes sections of.' }),
    scheduleId: z.string().optional().meta({ description: 'The report schedule that made it.' }),
    input: z.record(z.string(), z.unknown()),
    links: z.object({ self: z.string(), events: z.string(), temporal: z.string().nullable() }),
    createdAt: moment,
    startedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    updatedAt: moment,
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof jobSchema>;

export const jobPageSchema = pageOf(jobSchema).meta({ id: 'JobPage' });

const titles: RunKinds = runKinds;
const jobKinds = jobKindsOf();

export const jobListQuery = z
  .strictObject({
    kind: z
      .enum(jobKinds as [string, ...string[]])
      .optional()
      .meta({ description: jobKinds.map((kind) => `${kind}: ${titles[kind]?.title}`).join('; ') }),
    status: z
      .enum([...jobStatuses, ...jobStates, ...runStatusSchema.options])
      .optional()
      .meta({ description: 'A status or a state of a job.' }),
    scheduleId: idSchema('schedule')
      .optional()
      .meta({ description: 'Those that this report schedule made.' }),
    createdFrom: givenMoment.optional().meta({ description: 'At this moment or later.' }),
    createdTo: givenMoment.optional().meta({ description: 'Before this moment.' }),
    ...pageQuery,
  })
  .superRefine(timesInOrder('createdFrom', 'createdTo'));
