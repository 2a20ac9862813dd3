import type { Language, TemplateDefinition } from '../../contracts/templates/template.js';
import type { StepName } from '../../domain/sessions/state.js';
import { maybeOne, prepared, sql, type Db } from '../base/sql.js';

/** The content of a session's steps, with the texts behind their hashes. */
export interface SessionContent {
  readonly topic: string;
  readonly language: Language;
  readonly templateName: string;
  readonly templateVersion: number;
  readonly template: TemplateDefinition;
  readonly limited: boolean;
  readonly texts: ReadonlyMap<string, string>;
  /** Hashes of outputs that a reviewer wrote. */
  readonly edited: ReadonlySet<string>;
  /** The stored result of this step, by its key: it is taken, never paid for again. */
  readonly checkpoints: ReadonlyMap<string, string>;
}

interface SessionRow {
  topic: string;
  language: Language;
  templateName: string;
  templateVersion: number;
  template: TemplateDefinition;
  limited: boolean;
  edited: string[];
  texts: Record<string, string> | null;
  checkpoints: Record<string, string> | null;
}

/** Undefined when the session is no longer kept. A single statement: every step begins with it. */
export async function loadSessionContent(
  db: Db,
  place: { readonly sessionId: string; readonly phase: number; readonly step: StepName },
  hashes: readonly string[],
): Promise<SessionContent | undefined> {
  const row = await maybeOne<SessionRow>(
    db,
    prepared(
      'sessions.read_content',
      sql`select topic, language, template_name as "templateName", template_version as "templateVersion",
               definition as template, max_tokens is not null or max_cost_usd is not null as limited,
               array(select edited_sha256 from gates
                      where run_id = ${place.sessionId} and edited_sha256 is not null) as edited,
               (select jsonb_object_agg(encode(sha256, 'hex'), convert_from(content, 'UTF8')) from blobs
                 where sha256 = any(select decode(hash, 'hex') from unnest(${[...new Set(hashes)]}::text[]) as hash)) as texts,
               (select jsonb_object_agg(step_key, output_sha256) from session_steps
                 where run_id = ${place.sessionId} and phase = ${place.phase} and step = ${place.step}
                   and status = 'completed' and step_key is not null) as checkpoints
          from sessions
          join templates on name = template_name and version = template_version
         where run_id = ${place.sessionId}`,
    ),
  );
  if (row === undefined) return undefined;
  return {
    ...row,
    texts: new Map(Object.entries(row.texts ?? {})),
    edited: new Set(row.edited),
    checkpoints: new Map(Object.entries(row.checkpoints ?? {})),
  };
}
