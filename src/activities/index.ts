import type { TaskQueue } from '../contracts/names.js';
import { createRunStarter, type RunStarter } from '../operations/runs/run-starter.js';
import type { Logger } from '../platform/logger.js';
import { retentionBatch } from '../db/runs/retention.js';
import { deleteExpiredConfirmations } from '../db/sql/confirmations.js';
import { deleteExpiredQuestions } from '../db/sql/questions.js';
import { deleteExpiredExecutions, logExecutions } from '../db/sql/log.js';
import { deleteExpiredFirings } from '../db/reports/schedule-firings.js';
import { activityGroups } from './groups.js';
import { syncReportSchedules } from './reports/schedule-activities.js';
import { releaseHolds, syncSchedule } from './notifications/schedule.js';
import { fillPlaces } from './sql/queue-activities.js';
import { sqlToolOpener } from './sessions/sql-tool.js';
import { wakeWebhooks, type WakeWebhooksDeps } from './webhooks/wake.js';

type Group = (typeof activityGroups)[TaskQueue][number];

/** The dependencies of every group together. */
type GroupDeps = (Group extends (deps: infer Deps) => unknown ? (deps: Deps) => void : never) extends (
  deps: infer All,
) => void
  ? All
  : never;

/** Dependencies of groups that are made here of the others. */
type Derived = keyof RunStarter | 'moreSweeps' | 'sqlTool' | 'sqlPlaces';

export type ActivityDeps = { readonly logger: Logger } & Omit<GroupDeps, Derived> & WakeWebhooksDeps;

/** The activities of each task queue. Local activities stand with the workflows, on `flow`. */
export type ActivitiesByQueue = Readonly<Record<TaskQueue, object>>;

export function createActivities(given: ActivityDeps): ActivitiesByQueue {
  const deps = {
    ...given,
    ...createRunStarter(given.control, given.logger),
    sqlPlaces: given.sql.places,
  };
  const all: GroupDeps = {
    ...deps,
    sqlTool: sqlToolOpener(deps),
    moreSweeps: {
      webhooks: async () => (await wakeWebhooks(deps)).woken,
      schedules: () => syncReportSchedules(deps),
      notificationSchedule: () => syncSchedule(deps),
      holds: () => releaseHolds(deps),
      sqlLog: () => logExecutions(deps.pool),
      sqlPlaces: () => fillPlaces(deps),
    },
    moreRetention: {
      ...deps.moreRetention,
      schedules: () => deleteExpiredFirings(deps.pool, deps.policy.keepDays),
      sqlLog: () => deleteExpiredExecutions(deps.pool, deps.policy.keepDays, retentionBatch),
      sqlConfirmations: () => deleteExpiredConfirmations(deps.pool, retentionBatch),
      sqlQuestions: () => deleteExpiredQuestions(deps.pool, retentionBatch),
    },
  };
  const made = (groups: readonly ((deps: GroupDeps) => object)[]): object =>
    groups.reduce<object>((activities, create) => Object.assign(activities, create(all)), {});
  return {
    flow: made(activityGroups.flow),
    llm: made(activityGroups.llm),
    sql: made(activityGroups.sql),
    notify: made(activityGroups.notify),
  };
}
