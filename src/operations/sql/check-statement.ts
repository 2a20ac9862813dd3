import { Refusal, type RefusalCode } from '../../contracts/refusal.js';
import { isAllowed, type DataSource } from '../../contracts/sql/data-source.js';
import type { ParsedSql, SqlGrammar } from '../../contracts/sql/ports.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Role } from '../../contracts/users/principal.js';
import { checkStatement, type RelationName } from '../../domain/sql/statement-check.js';
import { resultTableName, sessionOfResult } from '../../domain/sql/result-names.js';
import { findResultTables } from '../../db/sql/result-tables.js';
import type { Db } from '../../db/base/sql.js';
import type { TextPosition } from '../../domain/sql/text-position.js';

/** A refusal of the statement, with its place in the text where that is known. */
export function statementRefusal(code: RefusalCode, detail: string, position?: TextPosition): Refusal {
  const facts = position === undefined ? {} : { line: position.line, column: position.column };
  return new Refusal(code, { detail, facts });
}

/** Exactly one statement that only reads, by the real grammar. Nothing has been asked of a database yet. */
export function readStatement(
  grammar: SqlGrammar,
  text: string,
): ParsedSql & { readonly relations: readonly RelationName[] } {
  const parsed = grammar.read(text);
  if (parsed.kind === 'syntax_error')
    throw statementRefusal('sql_syntax_error', parsed.message, parsed.position);
  const verdict = checkStatement(text, parsed.tree);
  if (verdict.kind === 'refused') throw statementRefusal('sql_not_allowed', verdict.reason, verdict.position);
  return { ...parsed, relations: verdict.relations };
}

/** Over stored results nothing but one's own can be read: no catalog, no file, and no result of somebody else. */
export async function requireResults(
  db: Db,
  ownerId: string,
  relations: readonly RelationName[],
): Promise<void> {
  const sessions = relations.map(({ schema, name }) => {
    const session = schema === undefined ? sessionOfResult(name) : undefined;
    if (session !== undefined) return session;
    throw statementRefusal(
      'sql_not_allowed',
      `${name} is not a result: they are called r_ and the id of a session.`,
    );
  });
  const found = await findResultTables(db, ownerId, sessions);
  const missing = sessions.find((id) => !found.some(({ name }) => name === resultTableName(id)));
  if (missing !== undefined)
    throw statementRefusal('sql_failed', `There is no kept result of a session ${missing}.`);
}

/** A source without access is refused like one that does not exist. */
export function sourceFor(settings: SqlSettings, name: string, role: Role): DataSource {
  const source = settings.sources.get(name);
  if (source === undefined || !isAllowed(source, role)) {
    throw statementRefusal('unknown_data_source', `There is no data source ${name}.`);
  }
  return source;
}
