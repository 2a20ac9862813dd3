import { createHash } from 'node:crypto';
import { hasSqlDetails, loadModule, parseSync } from 'libpg-query';
import type { ParsedSql, SqlGrammar, SqlSyntaxError } from '../../contracts/sql/ports.js';
import type { SyntaxTree } from '../../domain/sql/statement-check.js';
import { positionAt } from '../../domain/sql/text-position.js';

/** PostgreSQL's own parser, as WebAssembly. It is loaded once a process and never reaches a server. */
export async function loadSqlGrammar(): Promise<SqlGrammar> {
  await loadModule();
  return { read };
}

function read(text: string): ParsedSql | SqlSyntaxError {
  // The parser ends at a NUL, and what comes after it would be judged by nobody.
  if (text.includes('\0')) return unreadable('The statement contains a NUL character.');
  if (text.trim() === '') return unreadable('There is no statement.');
  try {
    const tree = parseSync(text) as SyntaxTree;
    return { kind: 'parsed', tree, fingerprint: fingerprintOf(tree, text) };
  } catch (error) {
    if (!hasSqlDetails(error) || error.sqlDetails === undefined) {
      return unreadable('The statement cannot be parsed.');
    }
    const { message, cursorPosition } = error.sqlDetails;
    return { kind: 'syntax_error', message, position: positionAt(text, cursorPosition) };
  }
}

/**
 * The tree without its constants and places. The library's own fingerprint overflows the stack at some twenty nested
 * queries once the process has run for a while.
 */
function fingerprintOf(tree: SyntaxTree, text: string): string {
  return createHash('sha256')
    .update(shapeOf(tree) ?? text)
    .digest('hex')
    .slice(0, 16);
}

const withoutShape: ReadonlySet<string> = new Set(['location', 'stmt_location', 'stmt_len', 'name_location']);

/** Undefined: it is too deep to be written. */
function shapeOf(tree: SyntaxTree): string | undefined {
  try {
    return JSON.stringify(tree, (key, value: unknown) => {
      if (withoutShape.has(key)) return undefined;
      return key === 'A_Const' ? null : value;
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function unreadable(message: string): SqlSyntaxError {
  return { kind: 'syntax_error', message, position: undefined };
}
