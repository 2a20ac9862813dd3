import {
  DAYS_OF_WEEK,
  MONTHS,
  ScheduleNotFoundError,
  type CalendarSpec,
  type Client,
  type ScheduleOptions,
  type ScheduleSpec,
} from '@temporalio/client';
import { temporalDeadlines } from '../../contracts/deadlines.js';
import {
  notificationScheduleId,
  reportScheduleWorkflowId,
  serviceWorkflows,
  taskQueues,
} from '../../contracts/names.js';
import type { StartScheduledReportInput } from '../../contracts/reports/schedule-workflow.js';
import { parseCron, type CronRange, type CronRule } from '../../domain/reports/cron.js';

/** Temporal's part of a report schedule. */
export interface TemporalSchedule {
  readonly id: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly enabled: boolean;
}

/** Temporal's side of report schedules. Each call has a deadline, and may be repeated. */
export interface ScheduleControl {
  /** Makes the schedule, or brings it to this state. */
  apply(schedule: TemporalSchedule): Promise<void>;
  remove(id: string): Promise<void>;
  /** The same for the one schedule of the run over all offices. */
  applyNotifications(schedule: Pick<TemporalSchedule, 'cron' | 'timeZone' | 'enabled'>): Promise<void>;
}

export function createScheduleControl(client: Client): ScheduleControl {
  const within = <Result>(work: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + temporalDeadlines.startMs, work);
  return {
    apply: (schedule) => within(() => apply(client, optionsOf(schedule, reportAction(schedule)))),
    applyNotifications: (schedule) => within(() => apply(client, optionsOf(schedule, notificationAction))),
    remove: (id) => within(() => remove(client, id)),
  };
}

async function apply(client: Client, options: ReturnType<typeof optionsOf>): Promise<void> {
  const { scheduleId, spec, action, policies, state } = options;
  try {
    await client.schedule.getHandle(scheduleId).update(() => ({ spec, action, policies, state }));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await client.schedule.create(options);
  }
}

async function remove(client: Client, id: string): Promise<void> {
  try {
    await client.schedule.getHandle(reportScheduleWorkflowId(id)).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

interface ScheduledWorkflow {
  readonly scheduleId: string;
  readonly workflowType: string;
  readonly args: unknown[];
  readonly summary: string;
}

function reportAction({ id, name }: TemporalSchedule): ScheduledWorkflow {
  const input: StartScheduledReportInput = { scheduleId: id };
  const scheduleId = reportScheduleWorkflowId(id);
  return { scheduleId, workflowType: serviceWorkflows.reportSchedules, args: [input], summary: name };
}

const notificationAction: ScheduledWorkflow = {
  scheduleId: notificationScheduleId,
  workflowType: serviceWorkflows.notifications,
  args: [],
  summary: 'Deadline notifications',
};

function optionsOf(
  { cron, timeZone, enabled }: Pick<TemporalSchedule, 'cron' | 'timeZone' | 'enabled'>,
  { scheduleId, workflowType, args, summary }: ScheduledWorkflow,
) {
  return {
    scheduleId,
    spec: scheduleSpec(cron, timeZone),
    action: {
      type: 'startWorkflow',
      workflowType,
      workflowId: scheduleId,
      taskQueue: taskQueues.flow,
      args,
      workflowTaskTimeout: '5s',
      staticSummary: summary,
    },
    policies: {
      // A firing is over in milliseconds. An open workflow waits for a worker or for PostgreSQL. Its report
      // serves the firings that came due meanwhile.
      overlap: 'SKIP',
      // Firings missed by Temporal's absence are caught up once: those after the first find it at work.
      catchupWindow: '1 day',
    },
    state: { paused: !enabled, note: enabled ? 'enabled over the API' : 'paused over the API' },
  } satisfies ScheduleOptions;
}

/**
 * Calendars, and not the cron text. Temporal reads two restricted days as `both`, where cron has always meant
 * `either`.
 */
export function scheduleSpec(cron: string, timeZone: string): ScheduleSpec {
  return { calendars: calendarsOf(parseCron(cron), cron), timezone: timeZone };
}

function calendarsOf(rule: CronRule, comment: string): CalendarSpec[] {
  return rule.map(({ minute, hour, dayOfMonth, month, dayOfWeek }) => ({
    minute: [...minute],
    hour: [...hour],
    dayOfMonth: [...dayOfMonth],
    comment,
    month: month.map((range) => named(range, MONTHS, 1)),
    dayOfWeek: dayOfWeek.map((range) => named(range, DAYS_OF_WEEK, 0)),
  }));
}

function named<Name extends string>({ start, end, step }: CronRange, names: readonly Name[], first: number) {
  const nameOf = (value: number): Name => {
    const name = names[value - first];
    if (name === undefined) throw new RangeError(`there is no ${value} among ${names.join(', ')}`);
    return name;
  };
  return { start: nameOf(start), end: nameOf(end), step };
}
