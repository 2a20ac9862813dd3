import { Problem, type ProblemCode } from '../../contracts/problems.js';
import { isAllowed, type DataSource } from '../../contracts/sql/data-source.js';
import type { ParsedSql, SqlGrammar } from '../../contracts/sql/ports.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Role } from '../../contracts/users/principal.js';
import { checkStatement } from '../../domain/sql/statement-check.js';
import type { TextPosition } from '../../domain/sql/text-position.js';

/** What a refusal of a statement looks like, whichever layer refused it. */
export function sqlProblem(code: ProblemCode, detail: string, position?: TextPosition): Problem {
  const where = position === undefined ? {} : { line: position.line, column: position.column };
  return new Problem(code, { detail, statusWord: 'error', extra: { success: false, ...where } });
}

/** Exactly one statement that only reads, by the real grammar. Nothing has been asked of a database yet. */
export function readStatement(grammar: SqlGrammar, text: string): ParsedSql {
  const parsed = grammar.read(text);
  if (parsed.kind === 'syntax_error') throw sqlProblem('sql_syntax_error', parsed.message, parsed.position);
  const verdict = checkStatement(text, parsed.tree);
  if (verdict.kind === 'refused') throw sqlProblem('sql_not_allowed', verdict.reason, verdict.position);
  return parsed;
}

/** Whoever may not ask a source is told what they are told of one that does not exist. */
export function sourceFor(settings: SqlSettings, name: string, role: Role): DataSource {
  const source = settings.sources.get(name);
  if (source === undefined || !isAllowed(source, role)) {
    throw sqlProblem('unknown_data_source', `There is no data source ${name}.`);
  }
  return source;
}
