import type { Pool } from 'pg';
import { notificationScheduleId } from '../../contracts/names.js';
import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import type { NotificationSchedule } from '../../contracts/notifications/schedule.js';
import { nextRunsOf } from '../../contracts/reports/schedule.js';
import { recordAudit } from '../../db/audit/log.js';
import {
  lockSchedule,
  readSchedule,
  SCHEDULE_TAG,
  syncNotificationSchedule,
  updateSchedule,
  type ScheduleRow,
} from '../../db/notifications/schedule.js';
import { insertDeadlineRun } from '../../operations/notifications/start-run.js';
import type { ScheduleControl } from '../../platform/temporal/schedule-control.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { implement, reply, type Reply, type Route } from '../http/route.js';
import { acceptedJob } from '../runs/accepted-job.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';

export interface NotificationScheduleRouteDeps {
  readonly pool: Pool;
  readonly starter: RunStarter;
  readonly schedules: ScheduleControl;
  readonly officeConcurrency: number;
}

/** When the run over all offices comes by itself. The row is the wanted state; Temporal follows after the commit. */
export function createNotificationScheduleRoutes(deps: NotificationScheduleRouteDeps): Route[] {
  return [
    implement(notificationRoutes.getNotificationSchedule, async (_call, db) =>
      scheduleReply(await readSchedule(db)),
    ),
    putRoute(deps),
    triggerRoute(deps),
  ];
}

function putRoute({ pool, starter, schedules }: NotificationScheduleRouteDeps): Route {
  return implement(
    notificationRoutes.setNotificationSchedule,
    async ({ body, principal, origin, ifMatch }, tx) => {
      const { reason, ...wanted } = body;
      const before = await lockSchedule(tx);
      requireVersion(ifMatch, before.version);
      const after = await updateSchedule(tx, { ...wanted, ownerId: principal.userId });
      await recordAudit(tx, {
        actor: principal,
        origin,
        action: 'updated',
        resourceType: 'setting',
        resourceId: 'notification-schedule',
        ...(reason === undefined ? {} : { reason }),
        before: auditState(before),
        after: auditState(after),
      });
      starter.doAfterCommit(tx, {
        what: 'the schedule of notifications',
        workflowId: notificationScheduleId,
        work: () => syncNotificationSchedule(pool, schedules),
      });
      return scheduleReply(after);
    },
  );
}

function triggerRoute({ starter, officeConcurrency }: NotificationScheduleRouteDeps): Route {
  return implement(notificationRoutes.triggerNotifications, async ({ principal, origin }, tx) => {
    const run = await insertDeadlineRun(tx, {
      body: { dry_run: false },
      owner: principal,
      officeConcurrency,
      tags: [SCHEDULE_TAG],
    });
    await recordAudit(tx, {
      actor: principal,
      origin,
      action: 'triggered',
      resourceType: 'setting',
      resourceId: 'notification-schedule',
      after: { jobId: run.id },
    });
    starter.startAfterCommit(tx, run);
    return acceptedJob(run.id);
  });
}

function scheduleReply(row: ScheduleRow): Reply {
  const { cron, time_zone, enabled, version, synced_version, updated_at } = row;
  const body: NotificationSchedule = {
    cron,
    time_zone,
    enabled,
    next_runs: nextRunsOf({ cron, timeZone: time_zone, enabled }, Date.now()),
    sync: synced_version >= version ? 'applied' : 'pending',
    version,
    updated_at,
  };
  return reply(200, body, { ETag: etagOf(version) });
}

function auditState({ cron, time_zone, enabled }: ScheduleRow): Record<string, unknown> {
  return { cron, time_zone, enabled };
}
