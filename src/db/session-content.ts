import type { Language, TemplateDefinition } from '../contracts/template.js';
import { many, maybeOne, sql, type Db } from './sql.js';

/** What a session's steps are made of, with the texts behind the hashes they were given. */
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
}

interface SessionRow {
  topic: string;
  language: Language;
  templateName: string;
  templateVersion: number;
  template: TemplateDefinition;
  limited: boolean;
  edited: string[];
}

/** Undefined when the session is no longer kept. */
export async function loadSessionContent(
  db: Db,
  sessionId: string,
  hashes: readonly string[],
): Promise<SessionContent | undefined> {
  const row = await maybeOne<SessionRow>(
    db,
    sql`select topic, language, template_name as "templateName", template_version as "templateVersion",
               definition as template, max_tokens is not null or max_cost_usd is not null as limited,
               array(select edited_sha256 from gates
                      where run_id = ${sessionId} and edited_sha256 is not null) as edited
          from sessions
          join templates on name = template_name and version = template_version
         where run_id = ${sessionId}`,
  );
  if (row === undefined) return undefined;
  const texts = hashes.length === 0 ? new Map<string, string>() : await textsOf(db, hashes);
  return { ...row, texts, edited: new Set(row.edited) };
}

/** The texts behind hashes; a hash that is not kept is missing from the answer. */
export async function textsOf(db: Db, hashes: readonly string[]): Promise<Map<string, string>> {
  const rows = await many<{ sha256: string; content: Buffer }>(
    db,
    sql`select encode(sha256, 'hex') as sha256, content
          from blobs
         where sha256 = any(select decode(hash, 'hex') from unnest(${[...new Set(hashes)]}::text[]) as hash)`,
  );
  return new Map(rows.map((row) => [row.sha256, row.content.toString('utf8')]));
}
