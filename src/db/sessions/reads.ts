import type { Language, TemplateDefinition } from '../../contracts/templates/template.js';
import type { RunStatus } from '../../domain/runs/status.js';
import type { SessionProgress } from '../../domain/sessions/progress.js';
import type { SessionState, StepName } from '../../domain/sessions/state.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { matching, visibleTo, type RunFilters, type Viewer } from '../runs/runs.js';
import { progressColumns, progressJoins, type ProgressRow } from './reads-progress.js';
import type { SessionOptions } from './sessions.js';
import { many, maybeOne, sql, type Db } from '../base/sql.js';

export interface SessionFilters extends Omit<RunFilters, 'kinds'> {
  readonly template?: string | undefined;
}

export interface SessionListRow {
  readonly id: string;
  readonly topic: string;
  readonly status: RunStatus;
  readonly progress: SessionProgress;
  readonly errorMessage: string | null;
  readonly templateName: string;
  readonly templateVersion: number;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly tags: string[];
  readonly usedTokens: number;
  readonly usedCostUsd: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
}

const identity = sql`runs.id, runs.title as topic, runs.owner_id as "ownerId", users.name as "ownerName", runs.tags,
  sessions.used_tokens as "usedTokens", sessions.used_cost_usd::float8 as "usedCostUsd",
  runs.created_at as "createdAt", runs.started_at as "startedAt", runs.finished_at as "finishedAt"`;

const tables = sql`runs join sessions on sessions.run_id = runs.id join users on users.id = runs.owner_id`;

const listed = sql`${identity}, runs.status, runs.progress, runs.error->>'message' as "errorMessage",
  sessions.template_name as "templateName", sessions.template_version as "templateVersion",
  runs.updated_at as "updatedAt"`;

/** These sessions, whoever owns them: for a reader that keeps apart what each person may see. */
export function listSessionsById(db: Db, ids: readonly string[]): Promise<SessionListRow[]> {
  return many<SessionListRow>(db, sql`select ${listed} from ${tables} where runs.id = any(${ids}::text[])`);
}

/** `limit + 1` rows of one page, newest first. */
export function listSessions(
  db: Db,
  {
    viewer,
    filters,
    page,
  }: { readonly viewer: Viewer; readonly filters: SessionFilters; readonly page: PageRequest },
): Promise<SessionListRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`runs.created_at`, id: sql`runs.id` });
  const ofTemplate =
    filters.template === undefined ? sql`true` : sql`sessions.template_name = ${filters.template}`;
  return many<SessionListRow>(
    db,
    sql`select ${listed} from ${tables}
         where ${visibleTo(viewer)} and ${matching({ ...filters, kinds: ['cot-session'] })} and ${ofTemplate}
           and ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

export interface SessionRow extends ProgressRow {
  readonly id: string;
  readonly topic: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly tags: string[];
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly language: Language;
  readonly inputSha256: string | null;
  readonly model: string | null;
  readonly options: SessionOptions;
  readonly state: SessionState;
  readonly forkFrom: { phase: number; step: StepName } | null;
  readonly originRunId: string | null;
  readonly originRelation: string | null;
  readonly definition: TemplateDefinition | null;
  readonly maxTokens: number | null;
  readonly maxCostUsd: number | null;
  readonly usedTokens: number;
  readonly usedCostUsd: number;
  readonly reservedTokens: number;
  readonly reservedCostUsd: number;
  readonly unpricedCalls: number;
  readonly budgetWarned: boolean;
  /** The digest that the viewer saw last, by phase; null when none. */
  readonly seen: Readonly<Record<number, string>> | null;
}

/** All of a session that stands in its own rows. Undefined: no such session, or not the viewer's. */
export function findSessionRow(db: Db, viewer: Viewer, id: string): Promise<SessionRow | undefined> {
  return maybeOne<SessionRow>(
    db,
    sql`select ${identity}, ${progressColumns}, sessions.language, sessions.input_sha256 as "inputSha256",
               sessions.model, sessions.options, sessions.state, sessions.fork_from as "forkFrom",
               runs.origin_run_id as "originRunId", runs.origin_relation as "originRelation",
               templates.definition, sessions.max_tokens as "maxTokens",
               sessions.max_cost_usd::float8 as "maxCostUsd", sessions.reserved_tokens as "reservedTokens",
               sessions.reserved_cost_usd::float8 as "reservedCostUsd", sessions.unpriced_calls as "unpricedCalls",
               sessions.budget_warned as "budgetWarned",
               (select jsonb_object_agg(phase, digest) from seen_outputs
                 where run_id = runs.id and user_id = ${viewer.userId}) as seen
          from ${tables}
          join templates on templates.name = sessions.template_name
                        and templates.version = sessions.template_version
          ${progressJoins}
         where runs.id = ${id} and ${visibleTo(viewer)}`,
  );
}

export interface ForkRow {
  readonly id: string;
  readonly status: RunStatus;
  readonly createdAt: string;
}

const FORKS_SHOWN = 100;

/** The newest forks of a session, those that the viewer may see. */
export function listForks(db: Db, viewer: Viewer, id: string): Promise<ForkRow[]> {
  return many<ForkRow>(
    db,
    sql`select runs.id, runs.status, runs.created_at as "createdAt" from runs
         where runs.origin_run_id = ${id} and runs.origin_relation = 'fork' and ${visibleTo(viewer)}
         order by runs.created_at desc, runs.id desc limit ${FORKS_SHOWN}`,
  );
}
