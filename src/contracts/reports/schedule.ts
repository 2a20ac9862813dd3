import { z } from 'zod';
import { CronError, parseCron } from '../../domain/reports/cron.js';
import { omit } from '../../domain/omit.js';
import { jobStates } from '../../domain/runs/status.js';
import { nextTimes } from '../../domain/reports/schedule-times.js';
import { isTimeZone } from '../../domain/time-zone.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { generateReportBody } from './report.js';

/** Of one owner. Each is a workflow on Temporal every time it is due. */
export const MOST_SCHEDULES = 50;
const NEXT_RUNS = 5;

const name = z.string().trim().min(1).max(120);

export const cronSchema = z
  .string()
  .trim()
  .max(200)
  .superRefine((text, context) => {
    const message = faultOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  })
  .meta({
    description:
      'Five fields: minute, hour, day of the month, month, day of the week. Of two restricted days one is enough.',
    examples: ['0 9 * * mon-fri'],
  });

function faultOf(text: string): string | undefined {
  try {
    return nextTimes(parseCron(text), 'UTC', { afterMs: Date.now(), count: 1 }).length === 0
      ? 'never comes'
      : undefined;
  } catch (error) {
    if (error instanceof CronError) return error.message;
    throw error;
  }
}

const timeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'must be a time zone like Asia/Tokyo or UTC')
  .meta({ description: 'A name of the IANA time zone database.', examples: ['Asia/Tokyo'] });

export const newReportScheduleSchema = z
  .strictObject({
    name,
    cron: cronSchema,
    timeZone,
    report: generateReportBody.meta({ description: 'The body of POST /generate-report.' }),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'NewReportSchedule' });
export type NewReportSchedule = z.output<typeof newReportScheduleSchema>;

const reason = z.string().trim().min(1).max(500).optional().meta({ description: 'Why, for the audit log.' });

export const reportScheduleChangeSchema = z
  .strictObject({
    name: name.optional(),
    cron: cronSchema.optional(),
    timeZone: timeZone.optional(),
    report: generateReportBody.optional(),
    enabled: z.boolean().optional(),
    reason,
  })
  .refine((change) => Object.values(omit(change, 'reason')).some((value) => value !== undefined), {
    message: 'must change something',
  })
  .meta({ id: 'ReportScheduleChange' });
export type ReportScheduleChange = Omit<z.output<typeof reportScheduleChangeSchema>, 'reason'>;

export const reportScheduleCommandSchema = z.strictObject({ reason }).meta({ id: 'ReportScheduleCommand' });

const moment = z.string().meta({ description: 'RFC 3339, UTC, with microseconds.' });

export const reportScheduleSchema = z
  .object({
    id: idSchema('schedule'),
    ownerId: z.string(),
    name: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    report: z.record(z.string(), z.unknown()),
    enabled: z.boolean(),
    nextRuns: z
      .array(z.string())
      .meta({ description: `The next ${NEXT_RUNS} times that it is due, none while it is paused.` }),
    sync: z.enum(['applied', 'pending']).meta({
      description:
        'pending: Temporal does not know the last change yet. It will, without anybody asking again.',
    }),
    version: z.number().int(),
    links: z.object({ self: z.string(), runs: z.string(), temporal: z.string().nullable() }),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'ReportSchedule' });
export type ReportSchedule = z.infer<typeof reportScheduleSchema>;

export const reportSchedulePageSchema = pageOf(reportScheduleSchema).meta({ id: 'ReportSchedulePage' });
export const reportScheduleListQuery = z.strictObject(pageQuery);

/** The next times of a schedule; `afterMs` is now. */
export function nextRunsOf(
  schedule: { readonly cron: string; readonly timeZone: string; readonly enabled: boolean },
  afterMs: number,
): string[] {
  if (!schedule.enabled) return [];
  const times = nextTimes(parseCron(schedule.cron), schedule.timeZone, { afterMs, count: NEXT_RUNS });
  return times.map((at) => new Date(at).toISOString());
}

/** On the jobs that a schedule made. */
export function scheduleTag(scheduleId: string): string {
  return `schedule:${scheduleId}`;
}

/** The schedule that made a job, by its tags. */
export function scheduleOf(tags: readonly string[]): string | undefined {
  return tags.find((tag) => tag.startsWith('schedule:'))?.slice('schedule:'.length);
}

/** Why there is no report this time. */
export const skipReasons = {
  paused: 'The schedule was paused.',
  owner_inactive: 'The owner of the schedule is not active.',
  previous_open: 'The report of the time before had not ended.',
  report_invalid: 'The report is not one that this version makes. Change it.',
} as const;

export const firingSchema = z
  .object({
    id: idSchema('firing'),
    scheduledAt: moment.meta({ description: 'When it was due; when it was triggered, for a person.' }),
    cause: z.enum(['schedule', 'person']),
    jobId: z.string().nullable(),
    statusUrl: z.string().nullable(),
    state: z.enum(jobStates).nullable(),
    skipped: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'Why there is no job.' }),
    createdAt: moment,
  })
  .meta({ id: 'ReportScheduleRun' });
export type Firing = z.infer<typeof firingSchema>;

export const firingPageSchema = pageOf(firingSchema).meta({ id: 'ReportScheduleRunPage' });
