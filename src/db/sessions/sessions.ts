import type { Budget } from '../../contracts/sessions/session.js';
import type { Language } from '../../contracts/templates/template.js';
import type { Principal } from '../../contracts/users/principal.js';
import type { ContentRef, SessionState, StepName } from '../../domain/sessions/state.js';
import type { Projected } from '../../domain/sessions/projected.js';
import { execute, maybeOne, one, prepared, sql, type Db } from '../base/sql.js';
import { visibleTo } from '../runs/runs.js';

export interface NewSession {
  readonly runId: string;
  readonly templateName: string;
  readonly templateVersion: number;
  readonly topic: string;
  readonly language: Language;
  readonly inputSha256: string | null;
  readonly model: string | null;
  readonly options: SessionOptions;
  readonly state: SessionState;
  readonly forkFrom: { phase: number; step: StepName } | null;
  readonly budget: Budget;
}

/** The workflow's input besides its state; stored so that a sweeper can start it later. */
export interface SessionOptions {
  readonly limits: {
    readonly maxRetries: number;
    readonly retryDelayMs: number;
    readonly stepTimeoutMs: number;
  };
  readonly input: ContentRef | null;
}

export async function insertSession(db: Db, session: NewSession): Promise<void> {
  await execute(
    db,
    sql`insert into sessions (run_id, template_name, template_version, topic, language, input_sha256, model, options,
                              state, fork_from, max_tokens, max_cost_usd)
        values (${session.runId}, ${session.templateName}, ${session.templateVersion}, ${session.topic},
                ${session.language}, ${session.inputSha256}, ${session.model}, ${session.options}, ${session.state},
                ${session.forkFrom}, ${session.budget.maxTokens ?? null}, ${session.budget.maxCostUsd ?? null})`,
  );
}

export interface OwnedSession {
  id: string;
  ownerId: string;
  title: string;
  tags: string[];
  status: string;
  finished: boolean;
  errorCode: string | null;
  progress: Record<string, unknown>;
  templateName: string;
  templateVersion: number;
  topic: string;
  language: Language;
  model: string | null;
  inputSha256: string | null;
  options: SessionOptions;
  state: SessionState;
  maxTokens: number | null;
  maxCostUsd: number | null;
}

/** The session, if it is the viewer's own or the viewer is an administrator. */
export async function findOwnedSession(
  db: Db,
  id: string,
  viewer: Principal,
): Promise<OwnedSession | undefined> {
  return maybeOne<OwnedSession>(
    db,
    sql`select r.id, r.owner_id as "ownerId", r.title, r.tags, r.status, r.finished_at is not null as finished,
               r.error->>'code' as "errorCode", r.progress,
               s.template_name as "templateName", s.template_version as "templateVersion", s.topic, s.language, s.model,
               s.input_sha256 as "inputSha256", s.options, s.state, s.max_tokens as "maxTokens",
               s.max_cost_usd::float8 as "maxCostUsd"
          from runs r join sessions s on s.run_id = r.id
         where r.id = ${id} and ${visibleTo(viewer, sql`r.owner_id`)}`,
  );
}

/** The template that a session began with; undefined when the session is no longer kept. */
export function findTemplateOf(
  db: Db,
  sessionId: string,
): Promise<{ templateName: string; templateVersion: number } | undefined> {
  return maybeOne<{ templateName: string; templateVersion: number }>(
    db,
    sql`select template_name as "templateName", template_version as "templateVersion"
          from sessions where run_id = ${sessionId}`,
  );
}

/** The session's last projection; null before the first one. */
export async function findProjected(db: Db, sessionId: string): Promise<Projected | null> {
  const row = await maybeOne<{ told: Projected | null }>(
    db,
    prepared('sessions.told', sql`select told from sessions where run_id = ${sessionId}`),
  );
  return row?.told ?? null;
}

/** The version of the session's state that readers see; 0 before its first projection. */
export async function readProgressVersion(db: Db, sessionId: string): Promise<number> {
  const { version } = await one<{ version: number }>(
    db,
    sql`select coalesce((progress->>'version')::int, 0) as version from runs where id = ${sessionId}`,
  );
  return version;
}

/** Whether the session, as it was last projected, has taken this command. */
export async function hasTakenCommand(db: Db, sessionId: string, commandId: string): Promise<boolean> {
  const row = await maybeOne(
    db,
    sql`select run_id from sessions where run_id = ${sessionId} and state->'taken' ? ${commandId}`,
  );
  return row !== undefined;
}

/** The caller holds the run's lock and has checked that the projection is not outdated. */
export async function storeSessionState(
  db: Db,
  sessionId: string,
  { state, projected }: { readonly state: SessionState; readonly projected: Projected | null },
): Promise<void> {
  await execute(
    db,
    prepared(
      'sessions.store_state',
      sql`update sessions set state = ${state}, told = ${projected} where run_id = ${sessionId}`,
    ),
  );
}
