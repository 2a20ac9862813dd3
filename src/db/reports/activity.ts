import type { Pool } from 'pg';
import type { ReportBasis } from '../../contracts/reports/report.js';
import { localText } from '../../contracts/templates/template.js';
import type {
  ActivityData,
  DayFacts,
  FailureFacts,
  KindFacts,
  ModelFacts,
  RunFacts,
  Timeline,
} from '../../domain/reports/activity.js';
import { cursorRows } from '../base/cursor-rows.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import {
  countSessions,
  listStalled,
  measureWaits,
  measureWork,
  type MetricsWindow,
} from '../sessions/metrics.js';
import { many, one, sql, type Db, type Sql } from '../base/sql.js';

export interface ActivityAsk {
  readonly basis: ReportBasis;
  readonly viewer: Viewer;
}

const MOST_ROWS = 100;
const TWO_DAYS_MS = 2 * 24 * 3_600_000;

const durationMs: Sql = sql`extract(epoch from runs.finished_at - runs.started_at)::float8 * 1000`;
const facts: Sql = sql`runs.id, runs.kind, runs.title, runs.status, runs.created_at as "createdAt",
  ${durationMs} as "durationMs"`;

type Gatherers = {
  readonly [Name in keyof ActivityData]: (db: Db, ask: ActivityAsk) => Promise<ActivityData[Name]>;
};

/** Each for a transaction of one snapshot, so that the numbers of a section agree with each other. */
export const activityGatherers: Gatherers = {
  async runs(db, ask) {
    const where = beganIn(ask);
    const byKind = await many<KindFacts>(
      db,
      sql`select kind, status, count(*) as count,
                 percentile_cont(0.5) within group (order by ${durationMs}) as "medianMs",
                 percentile_cont(0.95) within group (order by ${durationMs}) as "p95Ms"
            from runs where ${where} group by kind, status order by count(*) desc, kind, status`,
    );
    const recent = await many<RunFacts>(
      db,
      sql`select ${facts} from runs where ${where} order by created_at desc, id desc limit ${MOST_ROWS}`,
    );
    const total = byKind.reduce((sum, each) => sum + each.count, 0);
    return { total, byKind, timeline: await timelineOf(db, ask), recent };
  },

  async sessions(db, ask) {
    const templates = await countSessions(db, ask.viewer, windowOf(ask));
    const standing = await listStalled(db, ask.viewer);
    const kinds = new Map(standing.map(({ kind, total }) => [kind, total]));
    return {
      templates,
      standing: standing.map(({ id, topic, template, reason, unchangedMs }) => ({
        id,
        topic,
        template,
        reason,
        unchangedMs,
      })),
      standingTotal: [...kinds.values()].reduce((sum, total) => sum + total, 0),
    };
  },

  async steps(db, ask) {
    const rows = await measureWork(db, ask.viewer, windowOf(ask));
    const steps = rows.flatMap(({ template, phase, step, title, ...work }) => {
      if (phase === null || step === null) return [];
      const { runs, failed, completed, retries, p50Ms, p95Ms, totalMs } = work;
      const errorRate = completed + failed === 0 ? null : failed / (completed + failed);
      const named = title === null ? null : localText(title, 'en');
      return [
        { template, phase, title: named, step, runs, failed, retries, errorRate, p50Ms, p95Ms, totalMs },
      ];
    });
    return { steps };
  },

  async waiting(db, ask) {
    const rows = await measureWaits(db, ask.viewer, windowOf(ask));
    const work = await measureWork(db, ask.viewer, windowOf(ask));
    const workMs = work.filter((row) => row.phase === null).reduce((sum, row) => sum + row.totalMs, 0);
    const phases = rows
      .flatMap(({ phase, ...row }) => (phase === null ? [] : [{ ...row, phase }]))
      .sort((one, other) => one.template.localeCompare(other.template) || one.phase - other.phase);
    return { phases, workMs };
  },

  async usage(db, ask) {
    const { from, to } = ask.basis;
    const ended = sql`session_steps.finished_at >= ${from}::timestamptz
      and session_steps.finished_at < ${to}::timestamptz and origin_step_id is null and ${visibleTo(ask.viewer)}`;
    const sums = sql`coalesce(sum(tokens_in), 0)::bigint as "tokensIn", coalesce(sum(tokens_out), 0)::bigint as "tokensOut",
      coalesce(sum(cost_usd), 0)::float8 as "costUsd"`;
    const steps = sql`session_steps join runs on runs.id = session_steps.run_id
      join sessions on sessions.run_id = session_steps.run_id`;
    const models = await many<ModelFacts>(
      db,
      sql`select template_name as template, coalesce(model_used, model_asked, '–') as model,
                 coalesce(provider, '–') as provider, count(*) as steps, ${sums},
                 sum(tokens_cached)::bigint as "tokensCached",
                 count(*) filter (where cost_usd is null and tokens_in + tokens_out > 0) as "unpricedSteps"
            from ${steps} where ${ended} group by 1, 2, 3 order by sum(tokens_in + tokens_out) desc, 1, 2, 3`,
    );
    const days = await many<DayFacts>(
      db,
      sql`select to_char(session_steps.finished_at at time zone 'UTC', 'YYYY-MM-DD') as day, ${sums}
            from ${steps} where ${ended} group by 1 order by 1`,
    );
    return { models, days };
  },

  async failures(db, ask) {
    const where = sql`${beganIn(ask)} and status = 'failed'`;
    const { total } = await one<{ total: number }>(
      db,
      sql`select count(*) as total from runs where ${where}`,
    );
    const recent = await many<FailureFacts>(
      db,
      sql`select ${facts}, coalesce(error->>'code', 'unknown') as code, coalesce(error->>'message', '') as message
            from runs where ${where} order by created_at desc, id desc limit ${MOST_ROWS}`,
    );
    return { total, recent };
  },
};

function windowOf({ basis: { from, to } }: ActivityAsk): MetricsWindow {
  return { ms: Date.parse(to) - Date.parse(from), until: to };
}

function beganIn({ basis: { from, to }, viewer }: ActivityAsk): Sql {
  return sql`runs.created_at >= ${from}::timestamptz and runs.created_at < ${to}::timestamptz and ${visibleTo(viewer)}`;
}

async function timelineOf(db: Db, ask: ActivityAsk): Promise<Timeline> {
  const { from, to } = ask.basis;
  const unit = windowOf(ask).ms <= TWO_DAYS_MS ? 'hour' : 'day';
  const buckets = await many<Timeline['buckets'][number]>(
    db,
    sql`select to_char(bucket, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
               count(runs.id) filter (where status <> 'failed') as ended,
               count(runs.id) filter (where status = 'failed') as failed
          from generate_series(date_trunc(${unit}, ${from}::timestamptz at time zone 'UTC'),
                               ${to}::timestamptz at time zone 'UTC', ${`1 ${unit}`}::interval) as bucket
          left join runs on date_trunc(${unit}, runs.created_at at time zone 'UTC') = bucket and ${beganIn(ask)}
         group by bucket order by bucket`,
  );
  return { unit, buckets };
}

export interface ActivityRow extends RunFacts {
  readonly owner: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** Every run of the time, newest first, a part of them at a time. */
export function activityRows(pool: Pool, ask: ActivityAsk): AsyncGenerator<ActivityRow> {
  return cursorRows<ActivityRow>(
    pool,
    sql`select ${facts}, users.email as owner, runs.started_at as "startedAt", runs.finished_at as "finishedAt",
               runs.error->>'code' as "errorCode", runs.error->>'message' as "errorMessage"
          from runs join users on users.id = runs.owner_id
         where ${beganIn(ask)} order by runs.created_at desc, runs.id desc`,
  );
}
