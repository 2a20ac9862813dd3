import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { scheduleIds } from '../../contracts/names.js';
import type { Kept, KeptKind, Retention } from '../../contracts/operation/kept.js';
import { operationRoutes } from '../../contracts/operation/routes.js';
import { IDEMPOTENCY_HOURS } from '../../db/runs/retention.js';
import { measureKept } from '../../db/runs/kept.js';
import type { Config } from '../../platform/config.js';
import { implement, type Route } from '../http/route.js';

export interface RetentionRouteDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly config: Pick<Config, 'retentionDays' | 'auditRetentionDays' | 'caughtMailRetentionDays'>;
}

const LIMIT_MS = 1_500;

/** How much is kept, for how long, and when the rest is removed. A Temporal that is away leaves its own parts null. */
export function createRetentionRoute(deps: RetentionRouteDeps): Route {
  return implement(operationRoutes.retention, async (_call, ctx) => {
    const [rows, runs] = await Promise.all([measureKept(deps.pool), readRuns(deps.temporal)]);
    const rules = rulesOf(deps.config);
    const kept = rows.map((row): Kept => ({ ...row, ...rules[row.kind] }));
    const body: Retention = { kept, ...runs };
    ctx.set('Cache-Control', 'no-store');
    ctx.body = body;
  });
}

type Rule = Pick<Kept, 'keepHours' | 'variable'>;

function rulesOf({
  retentionDays,
  auditRetentionDays,
  caughtMailRetentionDays,
}: RetentionRouteDeps['config']): Record<KeptKind, Rule> {
  const rule = daysOf(retentionDays, 'RETENTION_DAYS');
  return {
    runs: rule,
    contents: rule,
    results: rule,
    sql_log: rule,
    webhook_deliveries: rule,
    notification_deliveries: rule,
    caught_mails: daysOf(caughtMailRetentionDays, 'CAUGHT_MAIL_RETENTION_DAYS'),
    audit_log: {
      ...daysOf(auditRetentionDays, 'AUDIT_RETENTION_DAYS'),
      ...(auditRetentionDays === 0 ? { keepHours: null } : {}),
    },
    idempotency_keys: { keepHours: IDEMPOTENCY_HOURS, variable: null },
  };
}

function daysOf(days: number, variable: string): Rule {
  return { keepHours: days * 24, variable };
}

async function readRuns(temporal: Client): Promise<Pick<Retention, 'lastRunAt' | 'nextRunAt'>> {
  try {
    const { info } = await temporal.withDeadline(Date.now() + LIMIT_MS, () =>
      temporal.schedule.getHandle(scheduleIds.retention).describe(),
    );
    const last = info.recentActions.at(-1)?.takenAt;
    const [next] = info.nextActionTimes;
    return { lastRunAt: last?.toISOString() ?? null, nextRunAt: next?.toISOString() ?? null };
  } catch {
    return { lastRunAt: null, nextRunAt: null };
  }
}
