// Runs tests in its own process, in milliseconds. Jest takes seconds to load a file of tests, too long for
// thousands of mutants. A test file and its imports become one module with the mutated text in it. Jest's own
// `expect` judges. It knows the part of jest that these tests use, and stops at the first test that fails.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { build } from 'esbuild';
import { expect } from 'expect';
import '../../test/support/unfollowed-promises.mjs';
import { bundleMutatedWorkflows } from './bundle-mutated-workflows.mjs';

const root = process.cwd();
const folder = join(root, 'node_modules/.cache/mutate', String(process.pid));
let suite;
let made = 0;
const unmutatedBundle = process.env.SLUICE_TEST_WORKFLOW_BUNDLE;
let bundled;

globalThis.expect = expect;
globalThis.describe = (_title, define) => define();
globalThis.describe.each = (rows) => (_title, define) =>
  rows.forEach((row) => define(...(Array.isArray(row) ? row : [row])));
globalThis.test = (title, run) => suite.tests.push({ title, run });
globalThis.it = globalThis.test;
globalThis.test.each = (rows) => (title, run) =>
  rows.forEach((row) => {
    const given = Array.isArray(row) ? row : [row];
    globalThis.test(format(title, ...given), () => run(...given));
  });
for (const hook of ['beforeAll', 'afterAll', 'beforeEach', 'afterEach'])
  globalThis[hook] = (run) => suite[hook].push(run);

process.on('disconnect', () => process.exit());
process.on('message', async (work) => process.send(await answer(work)));

async function answer({ file, text, test, rebundles }) {
  if (rebundles) {
    const refused = await rebundle(file, text);
    if (refused !== undefined) return { failed: refused, by: 'the bundler' };
  }
  const failed = await failureOf(test, file, text);
  if (failed === undefined) return {};
  return { failed, by: /waited in vain/.test(failed) ? 'a wait in vain' : 'a failed test' };
}

/** The workflows with the mutation in them, bundled once for all tests of a mutant. */
async function rebundle(file, text) {
  if (bundled?.file === file && bundled.text === text) return undefined;
  bundled = undefined;
  try {
    process.env.SLUICE_TEST_WORKFLOW_BUNDLE =
      text === undefined ? unmutatedBundle : await bundleMutatedWorkflows({ root, folder, file, text });
    bundled = { file, text };
    return undefined;
  } catch (error) {
    return String(error).slice(0, 500);
  }
}

/** The test that failed, or what kept the file from running at all; undefined when all pass. */
async function failureOf(test, file, text) {
  suite = { tests: [], beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
  try {
    await load(await moduleOf(test, file, text));
    if (suite.tests.length === 0) return `${test} has no tests`;
    await each(suite.beforeAll);
    for (const { title, run } of suite.tests) {
      await each(suite.beforeEach);
      const error = await errorOf(run);
      await each(suite.afterEach);
      if (error !== undefined) return `${title}: ${error}`;
    }
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    await each(suite.afterAll).catch(() => undefined);
  }
}

async function each(hooks) {
  for (const hook of hooks) await hook();
}

async function errorOf(run) {
  try {
    await run();
    return undefined;
  } catch (error) {
    return String(error?.message ?? error).slice(0, 500);
  }
}

async function moduleOf(test, file, text) {
  const path = resolve(root, file);
  const mutated = {
    name: 'mutated',
    setup: (plugin) =>
      plugin.onLoad({ filter: /\.(tsx?|mjs)$/ }, (args) => ({
        contents: inPlace(args.path, args.path === path ? text : undefined),
        loader: args.path.endsWith('x') ? 'tsx' : 'ts',
      })),
  };
  const { outputFiles } = await build({
    entryPoints: [resolve(root, test)],
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    write: false,
    logLevel: 'silent',
    plugins: [mutated],
  });
  return outputFiles[0].text;
}

/** A module of the bundle still finds what lies beside its own file. */
function inPlace(path, text) {
  return (text ?? readFileSync(path, 'utf8'))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
}

async function load(code) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${made++}.mjs`);
  writeFileSync(path, code);
  try {
    await import(pathToFileURL(path).href);
  } finally {
    rmSync(path);
  }
}
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
