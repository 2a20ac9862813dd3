// A long-living process in a copy of the tree. It puts a mutated text in place, runs tests until the first
// failure, and puts the old text back. Its parent ends it when a mutation loops for ever.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCLI } from 'jest';

const root = process.cwd();
const { default: base } = await import(pathToFileURL(join(root, 'jest.config.mjs')).href);
const config = {
  ...base,
  rootDir: root,
  cacheDirectory: join(root, '.jest-cache'),
  testEnvironment: join(root, 'scripts/mutate/first-failure-environment.mjs'),
};
delete config.globalSetup;
delete config.globalTeardown;

process.on('disconnect', () => process.exit());
process.on('message', async ({ file, text, tests, rebundles }) => {
  const path = join(root, file);
  const before = readFileSync(path, 'utf8');
  if (text !== undefined) writeFileSync(path, text);
  try {
    process.send(await run(tests, rebundles));
  } finally {
    if (text !== undefined) writeFileSync(path, before);
  }
});

async function run(tests, rebundles) {
  if (rebundles) await bundle();
  for (const test of tests) if (!(await passes(test))) return { failed: test, test };
  return {};
}

async function passes(test) {
  const options = {
    runInBand: true,
    silent: true,
    reporters: [],
    watchman: false,
    runTestsByPath: true,
    ci: true,
  };
  const { results } = await runCLI({ ...options, config: JSON.stringify(config), _: [test], $0: '' }, [root]);
  return results.success && results.numTotalTests > 0;
}

/** The workflows of the copy, with the mutation in them. */
async function bundle() {
  const module = await import(
    pathToFileURL(join(root, 'test/support/servers/prepare-workflow-bundle.mjs')).href
  );
  process.env.SLUICE_TEST_WORKFLOW_BUNDLE = await module.prepareWorkflowBundle();
}
