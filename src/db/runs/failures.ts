import type { failureKinds } from '../../contracts/runs/failure.js';
import { many, sql, type Db, type Sql } from '../base/sql.js';
import { errorCode, letterTitle, notReplayed } from './dead-letters.js';
import { visibleTo, type Viewer } from './runs.js';

export type FailureKind = (typeof failureKinds)[number];

export interface FailureGroupRow {
  readonly fingerprint: string;
  readonly kind: FailureKind;
  readonly subject: string;
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly samples: readonly { readonly id: string; readonly title: string; readonly runId: string | null }[];
  /** Of all groups together. */
  readonly total: number;
}

const GROUPS_SHOWN = 200;
const SAMPLES_SHOWN = 5;
const MESSAGE_LENGTH = 300;

/**
 * Open failures: steps that need a person, and dead letters without a replay. A delivery has no owner, so only
 * administrators see it. Of a job its owner reads the text that is safe to show, never the words of a try.
 */
const failing = (viewer: Viewer): Sql => sql`failing as (
    select 'step' as kind, runs.id, runs.id as run_id, runs.title, runs.updated_at as at,
           concat(sessions.template_name, ' phase ', problem->>'phase', ' ', problem->>'step') as subject,
           coalesce(problem->>'code', 'unknown') as code, coalesce(problem->>'message', '') as message
      from runs join sessions on sessions.run_id = runs.id
     cross join lateral (select sessions.state #> '{waiting,problem}' as problem) as stands
     where runs.status = 'needs_attention' and ${visibleTo(viewer)}
    union all
    select case when run_id is null then 'delivery' else 'job' end, dead_letters.id, run_id, ${letterTitle},
           dead_letters.created_at, dead_letters.kind, coalesce(${errorCode}, 'unknown'),
           coalesce(case when run_id is null then errors->-1->>'message' else runs.error->>'message' end, '')
      from dead_letters left join runs on runs.id = run_id
     where ${notReplayed} and ${visibleTo(viewer)}),
  named as (
    select failing.*, left(encode(sha256(convert_to(concat_ws(E'\\n', kind, subject, code,
             regexp_replace(message, '[0-9a-z]*[0-9][0-9a-z]*', '#', 'gi')), 'UTF8')), 'hex'), 16) as fingerprint
      from failing)`;

/** The largest groups first. A single statement. */
export function listFailureGroups(
  db: Db,
  viewer: Viewer,
  kind: FailureKind | undefined,
): Promise<FailureGroupRow[]> {
  return many<FailureGroupRow>(
    db,
    sql`with ${failing(viewer)}
        select fingerprint, kind, subject, code, count(*) as count,
               left((array_agg(message order by at desc))[1], ${MESSAGE_LENGTH}) as message,
               min(at) as "firstAt", max(at) as "lastAt",
               to_jsonb((array_agg(jsonb_build_object('id', id, 'title', title, 'runId', run_id)
                                   order by at desc, id))[1:${SAMPLES_SHOWN}]) as samples,
               (sum(count(*)) over ())::bigint as total
          from named
         where ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
         group by fingerprint, kind, subject, code
         order by count(*) desc, max(at) desc limit ${GROUPS_SHOWN}`,
  );
}

export interface FailureRow {
  readonly kind: FailureKind;
  /** Of the session, or of the dead letter. */
  readonly id: string;
}

/** All of one group, the oldest first. */
export function listFailuresOf(db: Db, viewer: Viewer, fingerprint: string): Promise<FailureRow[]> {
  return many<FailureRow>(
    db,
    sql`with ${failing(viewer)}
        select kind, id from named where fingerprint = ${fingerprint} order by at, id`,
  );
}
