import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import ts from 'typescript';

/** Paths of the TypeScript files below a folder of `root`, relative to it. */
export function filesBelow(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .sort();
}

/** The tests that load a file, those first that are named like it or import it over the fewest files. */
export function createRelatedTests(root, folders) {
  const importsOf = createImports(root);
  const tests = folders
    .flatMap((folder) => filesBelow(root, folder))
    .filter((file) => file.includes('.test.'));
  const distances = new Map(tests.map((test) => [test, distancesFrom(test, importsOf)]));
  return (file) =>
    tests
      .filter((test) => distances.get(test).has(file))
      .map((test) => ({ test, rank: distances.get(test).get(file) - 2 * likeness(file, test) }))
      .sort((a, b) => a.rank - b.rank || a.test.localeCompare(b.test))
      .map(({ test }) => test);
}

/** The files of a folder that load a file, itself among them. */
export function createImporters(root, folder) {
  const importsOf = createImports(root);
  const loaded = new Map(filesBelow(root, folder).map((file) => [file, distancesFrom(file, importsOf)]));
  return (file) => [...loaded.keys()].filter((importer) => loaded.get(importer).has(file));
}

/** How many words two paths share: `src/db/sessions/gates.ts` and `test/db/sessions/gates.test.ts` share two. */
export function likeness(file, test) {
  const words = (path) =>
    new Set(
      path
        .replace(/(\.test)?\.tsx?$/, '')
        .split(/[/-]/)
        .slice(2),
    );
  const wanted = words(file);
  return [...words(test)].filter((word) => wanted.has(word)).length;
}

function createImports(root) {
  const imports = new Map();
  return (file) => {
    if (!imports.has(file)) imports.set(file, readImports(root, file));
    return imports.get(file);
  };
}

function distancesFrom(start, importsOf) {
  const distances = new Map([[start, 0]]);
  const queue = [start];
  for (const file of queue) {
    for (const target of importsOf(file).filter((each) => !distances.has(each))) {
      distances.set(target, distances.get(file) + 1);
      queue.push(target);
    }
  }
  return distances;
}

function readImports(root, file) {
  const text = readFileSync(join(root, file), 'utf8').replace(/^(im|ex)port type [^;]*;/gm, '');
  return ts
    .preProcessFile(text)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => normalize(join(file, '..', fileName)))
    .flatMap((path) => [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')])
    .filter((path) => /\.tsx?$/.test(path) && existsSync(join(root, path)));
}
