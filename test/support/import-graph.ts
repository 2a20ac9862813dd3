import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export interface Import {
  /** File that imports, relative to the root, for example `src/api/app.ts`. */
  from: string;
  /** `src/…` for our own files, the package's name for others. */
  to: string;
  /** Erased at compile time: it can break no boundary at run time. */
  typeOnly: boolean;
}

/** Every TypeScript file below `folder`, relative to `root`. */
export function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

export function importsOf(root: string, file: string): Import[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  );
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
      add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteral(specifier)) return;
    found.push({ from: file, to: targetOf(root, file, specifier.text), typeOnly });
  };
  visit(source);
  return found;
}

/** Files of ours that a file imports, types too. It reads text, since parsing each file of a room is slow. */
export function fileImportsOf(root: string, file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].flatMap(([, specifier = '']) => {
    const base = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '');
    const to = ['.ts', '.tsx', '/index.ts']
      .map((end) => base + end)
      .find((path) => existsSync(join(root, path)));
    return to === undefined ? [] : [{ from: file, to, typeOnly: false }];
  });
}

function targetOf(root: string, file: string, specifier: string): string {
  if (specifier.startsWith('.')) {
    return relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '.ts');
  }
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** All files reached from `start` through imports that exist at run time. */
export function reachable(imports: readonly Import[], start: string): Set<string> {
  const seen = new Set<string>();
  const queue = [start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...imports.filter((edge) => edge.from === file && !edge.typeOnly).map((edge) => edge.to));
  }
  return seen;
}

/** A cycle of imports, of types too, as a list of files, or undefined. */
export function findCycle(imports: readonly Import[]): string[] | undefined {
  const edges = new Map<string, Import[]>();
  for (const edge of imports) edges.set(edge.from, [...(edges.get(edge.from) ?? []), edge]);
  const finished = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return undefined;
    for (const edge of edges.get(file) ?? []) {
      const cycle = walk(edge.to, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = walk(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
