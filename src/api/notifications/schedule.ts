import { notificationRoutes } from '../../contracts/notifications/run-routes.js';
import type { NotificationSchedule } from '../../contracts/notifications/schedule.js';
import { nextRunsOf } from '../../contracts/reports/schedule.js';
import { readSchedule, type ScheduleRow } from '../../db/notifications/schedule.js';
import {
  changeSchedule,
  triggerSchedule,
  type ScheduleChangeDeps,
  type TriggerDeps,
} from '../../operations/notifications/change-schedule.js';
import { etagOf, requireVersion } from '../http/if-match.js';
import { implement, reply, type Reply, type Route } from '../http/route.js';
import { acceptedJob } from '../runs/accepted-job.js';

export type NotificationScheduleRouteDeps = ScheduleChangeDeps & TriggerDeps;

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

function putRoute(deps: NotificationScheduleRouteDeps): Route {
  return implement(
    notificationRoutes.setNotificationSchedule,
    async ({ body, principal, origin, ifMatch }, tx) => {
      const { reason, ...wanted } = body;
      const checkVersion = (version: number): void => requireVersion(ifMatch, version);
      return scheduleReply(
        await changeSchedule(deps, tx, { wanted, principal, origin, reason, checkVersion }),
      );
    },
  );
}

function triggerRoute(deps: NotificationScheduleRouteDeps): Route {
  return implement(notificationRoutes.triggerNotifications, async ({ principal, origin }, tx) =>
    acceptedJob((await triggerSchedule(deps, tx, { principal, origin })).id),
  );
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
