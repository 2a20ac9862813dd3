import { canonicalJson, sha256Hex } from '../../crypto/digest.js';
import type { TemplateDefinition } from '../../contracts/templates/template.js';
import { builtinTemplates } from '../../contracts/templates/builtin/builtin-templates.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { execute, many, maybeOne, one, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * T1. A version never changes and is never removed: sessions that started with it keep it.
 * T2. Versions of a name count 1, 2, 3 … without gap, also over a deletion: a lock guards the next number.
 * T3. A definition that equals the newest version is that version; nothing is inserted.
 */
export interface TemplateVersion {
  readonly name: string;
  readonly version: number;
  readonly definition: TemplateDefinition;
  readonly sha256: string;
  /** Null: it came with the program. */
  readonly createdBy: string | null;
  readonly createdAt: string;
}

type Row = TemplateVersion;

const columns = sql`name, version, definition, sha256, created_by as "createdBy", created_at as "createdAt"`;

/** Any number that no other advisory lock of this program has; the name makes the second half. */
const LOCK_CLASS = 91_010;

/** The newest version; `inserted` is false when the definition was that version already (T3). */
export async function insertTemplateVersion(
  tx: Tx,
  definition: TemplateDefinition,
  createdBy: string | null,
): Promise<{ template: TemplateVersion; inserted: boolean }> {
  const { name } = definition;
  await lockTemplate(tx, name);
  const newest = await findTemplate(tx, name);
  if (newest?.sha256 === hashOf(definition)) return { template: newest, inserted: false };
  const template = await one<Row>(
    tx,
    sql`insert into templates (name, version, definition, sha256, created_by)
        select ${name}, coalesce(max(version), 0) + 1, ${toJsonb(definition)}, ${hashOf(definition)}, ${createdBy}
          from templates where name = ${name}
        returning ${columns}`,
  );
  return { template, inserted: true };
}

async function lockTemplate(tx: Tx, name: string): Promise<void> {
  await execute(tx, sql`select pg_advisory_xact_lock(${LOCK_CLASS}::integer, hashtext(${name}))`);
}

function hashOf(definition: TemplateDefinition): string {
  return sha256Hex(canonicalJson(definition));
}

/** The newest version that is not deleted; or a given version, deleted or not, for runs that started with it. */
export function findTemplate(db: Db, name: string, version?: number): Promise<TemplateVersion | undefined> {
  const wanted = version === undefined ? sql`deleted_at is null` : sql`version = ${version}`;
  return maybeOne<Row>(
    db,
    sql`select ${columns} from templates where name = ${name} and ${wanted} order by version desc limit 1`,
  );
}

export interface TemplateVersionNote {
  readonly version: number;
  readonly sha256: string;
  readonly createdBy: string | null;
  readonly createdAt: string;
}

/** The versions of a template, newest first. None: there is no such template, or it was deleted. */
export function listTemplateVersions(db: Db, name: string): Promise<TemplateVersionNote[]> {
  return many<TemplateVersionNote>(
    db,
    sql`select version, sha256, created_by as "createdBy", created_at as "createdAt"
          from templates where name = ${name} and deleted_at is null
         order by version desc`,
  );
}

/** The newest version of each template, `limit + 1` of one page. */
export function listTemplates(db: Db, page: PageRequest): Promise<TemplateVersion[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`created_at`, id: sql`name` });
  return many<Row>(
    db,
    sql`select ${columns}
          from (select distinct on (name) * from templates where deleted_at is null
                 order by name, version desc) as newest
         where ${where}
         order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** Hides all versions of a template. Gives their number: 0 when there is none to hide. */
export async function deleteTemplate(tx: Tx, name: string): Promise<number> {
  await lockTemplate(tx, name);
  return execute(
    tx,
    sql`update templates set deleted_at = now() where name = ${name} and deleted_at is null`,
  );
}

/**
 * Brings the built-in templates up to this program's. For the start of every process that serves or runs sessions.
 * Several may do it at once: with the same program the second changes nothing.
 *
 * T4. A built-in that an administrator deleted, or replaced by a version of their own, is left alone.
 * T5. A definition that was seeded before is not seeded again. An older process beside a newer one must not undo its
 *     version.
 */
export async function seedBuiltinTemplates(tx: Tx): Promise<TemplateVersion[]> {
  const seeded: TemplateVersion[] = [];
  for (const definition of builtinTemplates) {
    await lockTemplate(tx, definition.name);
    if (!(await isSeedable(tx, definition))) continue;
    const { template, inserted } = await insertTemplateVersion(tx, definition, null);
    if (inserted) seeded.push(template);
  }
  return seeded;
}

async function isSeedable(tx: Tx, definition: TemplateDefinition): Promise<boolean> {
  const { taken } = await one<{ taken: boolean }>(
    tx,
    sql`select exists (select from templates where name = ${definition.name} and sha256 = ${hashOf(definition)})
            or exists (select from templates where name = ${definition.name}
                          and (created_by is not null or deleted_at is not null)) as taken`,
  );
  return !taken;
}
