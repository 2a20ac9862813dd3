import type { StartableRun } from '../../contracts/runs/startable-run.js';
import { nextRunLike } from '../../contracts/runs/run-identity.js';
import type { RunError, RunProgress, RunResult } from '../../contracts/runs/run.js';
import type { Role } from '../../contracts/users/principal.js';
import type { RunStatus } from '../../domain/runs/status.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, join, many, maybeOne, one, prepared, sql, type Db, type Sql } from '../base/sql.js';

export interface RunRow {
  readonly id: string;
  readonly kind: string;
  readonly ownerId: string;
  readonly status: RunStatus;
  readonly title: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly progress: RunProgress;
  readonly result: RunResult | null;
  readonly error: RunError | null;
  readonly workflowId: string;
  readonly originRunId: string | null;
  readonly originRelation: string | null;
  readonly tags: readonly string[];
  readonly lastPos: number;
  readonly version: number;
  readonly cancelRequestedAt: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly updatedAt: string;
}

/** The columns of `RunRow`, for statements that join more to it. `runs` keeps its name there. */
export const runColumns: Sql = sql`runs.id, runs.kind, runs.owner_id as "ownerId", runs.status, runs.title, runs.input,
  runs.progress, runs.result, runs.error, runs.workflow_id as "workflowId", runs.origin_run_id as "originRunId",
  runs.origin_relation as "originRelation", runs.tags, runs.last_pos as "lastPos", runs.version,
  runs.cancel_requested_at as "cancelRequestedAt", runs.created_at as "createdAt", runs.started_at as "startedAt",
  runs.finished_at as "finishedAt", runs.updated_at as "updatedAt"`;

export const startableColumns: Sql = sql`runs.id, runs.title, runs.workflow_id as "workflowId",
  runs.workflow_type as "workflowType", runs.task_queue as "taskQueue", runs.workflow_input as "workflowInput"`;

export interface NewRun extends StartableRun {
  readonly kind: string;
  readonly ownerId: string;
  /** The request, as its owner reads it. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly progress?: object;
  readonly origin?: { readonly runId: string; readonly relation: 'replay' | 'fork' | 'redo' };
  readonly tags?: readonly string[];
}

export function insertRun(db: Db, run: NewRun): Promise<RunRow> {
  return one<RunRow>(
    db,
    prepared(
      'runs.insert',
      sql`insert into runs (id, kind, owner_id, title, input, workflow_input, progress, workflow_id, workflow_type,
                            task_queue, origin_run_id, origin_relation, tags)
          values (${run.id}, ${run.kind}, ${run.ownerId}, ${run.title}, ${toJsonb(run.input)},
                  ${toJsonb(run.workflowInput)}, ${toJsonb(run.progress ?? {})}, ${run.workflowId},
                  ${run.workflowType}, ${run.taskQueue}, ${run.origin?.runId ?? null},
                  ${run.origin?.relation ?? null}, ${[...(run.tags ?? [])]}::text[])
          returning ${runColumns}`,
    ),
  );
}

/** The viewer: ADMIN sees every run, anybody else their own. */
export interface Viewer {
  readonly userId: string;
  readonly role: Role;
}

/** Ownership as a condition, so that no statement can forget to look at what it found. */
export function visibleTo(viewer: Viewer, owner: Sql = sql`runs.owner_id`): Sql {
  return viewer.role === 'ADMIN' ? sql`true` : sql`${owner} = ${viewer.userId}`;
}

/** Undefined: there is no such run, or it is not the viewer's to see. `kinds` narrows it to jobs or to sessions. */
export function findRun(
  db: Db,
  {
    viewer,
    id,
    kinds,
  }: { readonly viewer: Viewer; readonly id: string; readonly kinds?: readonly string[] | undefined },
): Promise<RunRow | undefined> {
  return maybeOne<RunRow>(
    db,
    prepared(
      'runs.read',
      sql`select ${runColumns} from runs where runs.id = ${id} and ${visibleTo(viewer)} and ${ofKinds(kinds)}`,
    ),
  );
}

/** These runs, whoever owns them: for a reader that keeps apart what each person may see. */
export function listRunsById(db: Db, ids: readonly string[]): Promise<RunRow[]> {
  return many<RunRow>(db, sql`select ${runColumns} from runs where runs.id = any(${ids}::text[])`);
}

/** The same with the row's lock: what follows in the transaction is decided on a state that stays. */
export function lockRun(
  db: Db,
  {
    viewer,
    id,
    kinds,
  }: { readonly viewer: Viewer; readonly id: string; readonly kinds?: readonly string[] | undefined },
): Promise<RunRow | undefined> {
  return maybeOne<RunRow>(
    db,
    sql`select ${runColumns} from runs
         where runs.id = ${id} and ${visibleTo(viewer)} and ${ofKinds(kinds)}
           for update`,
  );
}

/** Everything that a run was made of, for making another one like it. */
export type StoredRun = Omit<NewRun, 'origin' | 'progress'>;

export function findStored(db: Db, id: string): Promise<StoredRun | undefined> {
  return maybeOne<StoredRun>(
    db,
    sql`select ${startableColumns}, runs.kind, runs.owner_id as "ownerId", runs.input, runs.tags
          from runs where runs.id = ${id}`,
  );
}

/** The input of its workflow from now on. Gives a number that no other change of the run has. */
export async function carryOn(db: Db, id: string, workflowInput: object): Promise<number> {
  const { version } = await one<{ version: number }>(
    db,
    sql`update runs set workflow_input = ${toJsonb(workflowInput)}::jsonb, version = version + 1
         where id = ${id} returning version`,
  );
  return version;
}

/** Another run like it, that names it as its origin. The caller overrides what differs. */
export function runLike(
  stored: StoredRun,
  relation: 'replay' | 'redo',
  workflowInput: object = stored.workflowInput,
): NewRun {
  const identity = nextRunLike(stored);
  return {
    ...stored,
    ...identity,
    workflowInput: { ...workflowInput, runId: identity.id },
    origin: { runId: stored.id, relation },
  };
}

/** The result of a finished run, for any holder of a signed link to it. */
export async function findResult(db: Db, id: string): Promise<RunResult | undefined> {
  const row = await maybeOne<{ result: RunResult | null }>(
    db,
    sql`select result from runs where id = ${id} and status = 'completed'`,
  );
  return row?.result ?? undefined;
}

/** True also when it is no longer kept. */
export async function isRunOver(db: Db, id: string): Promise<boolean> {
  const open = await maybeOne(
    db,
    prepared('runs.is_open', sql`select id from runs where id = ${id} and finished_at is null`),
  );
  return open === undefined;
}

/** For the run's own workers, which are not limited by ownership. Undefined when it is no longer kept. */
export async function lockRunStatus(db: Db, id: string): Promise<RunStatus | undefined> {
  const row = await maybeOne<{ status: RunStatus }>(
    db,
    prepared('runs.lock_status', sql`select status from runs where id = ${id} for update`),
  );
  return row?.status;
}

export interface RunFilters {
  readonly kinds?: readonly string[] | undefined;
  readonly statuses?: readonly RunStatus[] | undefined;
  readonly scheduleId?: string | undefined;
  readonly createdFrom?: string | undefined;
  readonly createdTo?: string | undefined;
  readonly tag?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly q?: string | undefined;
}

/** `limit + 1` rows of one page, newest first (or as `toCursorPage` wants them). */
export function listRuns(
  db: Db,
  {
    viewer,
    filters,
    page,
  }: { readonly viewer: Viewer; readonly filters: RunFilters; readonly page: PageRequest },
): Promise<RunRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`runs.created_at`, id: sql`runs.id` });
  return many<RunRow>(
    db,
    sql`select ${runColumns} from runs
         where ${visibleTo(viewer)} and ${matching(filters)} and ${where}
         order by ${orderBy}
         limit ${page.limit + 1}`,
  );
}

/** The conditions of a list, for lists that join more to `runs`. */
export function matching(filters: RunFilters): Sql {
  const { createdFrom, createdTo, scheduleId, statuses, tag, ownerId, q } = filters;
  const conditions = [ofKinds(filters.kinds)];
  if (statuses !== undefined) conditions.push(sql`runs.status = any(${[...statuses]}::text[])`);
  if (scheduleId !== undefined) {
    conditions.push(
      sql`runs.id in (select run_id from report_schedule_firings where schedule_id = ${scheduleId})`,
    );
  }
  if (createdFrom !== undefined) conditions.push(sql`runs.created_at >= ${createdFrom}::timestamptz`);
  if (createdTo !== undefined) conditions.push(sql`runs.created_at < ${createdTo}::timestamptz`);
  if (tag !== undefined) conditions.push(sql`${tag} = any(runs.tags)`);
  if (ownerId !== undefined) conditions.push(sql`runs.owner_id = ${ownerId}`);
  if (q !== undefined) conditions.push(sql`position(lower(${q}) in lower(runs.title)) > 0`);
  return join(conditions, sql` and `);
}

function ofKinds(kinds: readonly string[] | undefined): Sql {
  return kinds === undefined ? sql`true` : sql`runs.kind = any(${[...kinds]}::text[])`;
}

/** Remembers that somebody wants it to end. Durable, so that it happens even if Temporal does not answer now. */
export function requestCancel(db: Db, id: string): Promise<number> {
  return execute(
    db,
    sql`update runs set cancel_requested_at = coalesce(cancel_requested_at, now()), version = version + 1
         where id = ${id} and finished_at is null`,
  );
}
