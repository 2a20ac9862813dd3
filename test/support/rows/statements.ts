import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { declaredRow, type DeclaredColumn } from './declared-row.js';
import { textsOf, type Bound } from './texts.js';

/** A call in `src` that names the type of the rows it reads. */
export interface ReadStatement {
  /** `src/db/users/users.ts:46` */
  readonly place: string;
  readonly row: readonly DeclaredColumn[];
  /** The statement's texts, one for each branch of its fragments. Empty: it is put together at run time. */
  readonly texts: readonly string[];
}

const readers = new Set(['many', 'maybeOne', 'one', 'cursorRows']);
const callsReader = new RegExp(`\\b(${[...readers, 'createRecordStore'].join('|')})<`);

/** Every statement of `src` whose rows have a declared type, with both. */
export function readStatements(root: string): ReadStatement[] {
  const checked = programOf(root);
  const found: ReadStatement[] = [];
  for (const file of checked.getSourceFiles()) {
    if (!file.fileName.startsWith(join(root, 'src/'))) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const read = readerCall(checked, node) ?? recordStoreCall(checked, node);
        if (read !== undefined) found.push({ place: placeOf(root, node), ...read });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** Packages whose types make rows. The types of all others take most of a compiler's time and make none. */
const packagesOfRows = ['pg', 'zod'];

/** The files that read rows, with what they import. */
function programOf(root: string): ts.Program {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    { ...config.config, include: ['src'] },
    ts.sys,
    root,
  );
  const narrow = { ...options, types: ['node'] };
  const reading = fileNames.filter((name) => callsReader.test(readFileSync(name, 'utf8')));
  return ts.createProgram(reading, narrow, hostOf(root, narrow));
}

function hostOf(root: string, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  const isNeeded = (name: string, from: string): boolean =>
    name.startsWith('.') || packagesOfRows.includes(name) || from.includes('/node_modules/');
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) =>
      isNeeded(text, from)
        ? ts.resolveModuleName(text, from, options, host, cache)
        : { resolvedModule: undefined },
    );
  return host;
}

function readerCall(program: ts.Program, call: ts.CallExpression): Omit<ReadStatement, 'place'> | undefined {
  if (!ts.isIdentifier(call.expression) || !readers.has(call.expression.text)) return undefined;
  const [, statement] = call.arguments;
  const checker = program.getTypeChecker();
  const row = call.typeArguments?.[0];
  if (row === undefined || statement === undefined) return undefined;
  const type = checker.getTypeFromTypeNode(row);
  // A type parameter is declared where the function is called.
  if (type.flags & ts.TypeFlags.TypeParameter || isOfTypeParameter(type)) return undefined;
  return { row: declaredRow(checker, type), texts: textsOf(checker, statement) };
}

function isOfTypeParameter(type: ts.Type): boolean {
  return type.isIntersection() && type.types.some((part) => (part.flags & ts.TypeFlags.TypeParameter) !== 0);
}

/** The four kinds of records share their statements: table and columns are given where a store is made. */
function recordStoreCall(
  program: ts.Program,
  call: ts.CallExpression,
): Omit<ReadStatement, 'place'> | undefined {
  if (!ts.isIdentifier(call.expression) || call.expression.text !== 'createRecordStore') return undefined;
  const [row] = call.typeArguments ?? [];
  const [record] = call.arguments;
  if (row === undefined || record === undefined || !ts.isObjectLiteralExpression(record)) return undefined;
  const checker = program.getTypeChecker();
  const table = memberOf(record, 'table');
  const columns = memberOf(record, 'columns');
  if (table === undefined || !ts.isStringLiteral(table) || columns === undefined) return undefined;
  const texts = textsOf(checker, columns).map((text) => `select ${text} from ${table.text}`);
  return { row: declaredRow(checker, checker.getTypeFromTypeNode(row)), texts };
}

function memberOf(record: ts.ObjectLiteralExpression, name: string): Bound | undefined {
  for (const member of record.properties) {
    if (member.name === undefined || member.name.getText() !== name) continue;
    if (ts.isPropertyAssignment(member)) return member.initializer;
    if (ts.isShorthandPropertyAssignment(member)) return member.name;
  }
  return undefined;
}

function placeOf(root: string, node: ts.Node): string {
  const file = node.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${file.fileName.slice(root.length + 1)}:${line + 1}`;
}
