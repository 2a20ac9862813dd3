// Mutation testing: changes one place of a source file at a time and runs the tests related to it. A mutant
// that no test notices survives. `npm run mutate -- --room domain [--seed 1] [--count 100] [--after 40]
// [--file machine:12] [--access] [--verbose]`.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createCompiles } from './mutate/compiles.mjs';
import { createBundledProcess } from './mutate/mutant-process.mjs';
import { mutationsOf } from './mutate/mutations.mjs';
import { createImporters, createRelatedTests, filesBelow, likeness } from './mutate/related-tests.mjs';

const root = resolve(new URL('..', import.meta.url).pathname);
const { values: given } = parseArgs({
  options: {
    room: { type: 'string', default: 'domain' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string' },
    after: { type: 'string', default: '0' },
    file: { type: 'string', default: '' },
    workers: { type: 'string', default: '2' },
    access: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});
const room = given.access ? 'db' : given.room;

/** Which tests answer for a room, and how many of the nearest ones run for a mutant. */
const rooms = {
  db: {
    folders: ['test/db', 'test/api', 'test/security', 'test/activities', 'test/unit', 'test/workflows'],
    nearest: 12,
    servers: true,
  },
  workflows: {
    folders: ['test/replay', 'test/workflows', 'test/e2e'],
    nearest: 16,
    servers: true,
    rebundles: true,
  },
};
const { folders, nearest, servers, rebundles } = { folders: ['test/unit'], nearest: 10, ...rooms[room] };
/** Far above what a test file takes: only a mutation that loops or waits for ever reaches it. */
const limitMs = servers ? 120_000 : 10_000;
const unmutated = new Map();
/** How many changes of a file each test has noticed. */
const finds = new Map();
/** Tests whose subject is access, whatever file holds a query. */
const accessTests = ['test/db/runs/ownership.test.ts', 'test/security/route-matrix.test.ts'];
const OWNERSHIP = /visibleTo\(|\b(owner_id|user_id) = \$\{/;

const equivalents = JSON.parse(readFileSync(join(root, 'test/equivalent-mutants.json'), 'utf8'));
const testsOf = rebundles ? createTestsOfWorkflow() : createRelatedTests(root, folders);
const mutants = choose(allMutants());
const stop = servers ? await startServers() : () => undefined;
const processes = Array.from({ length: Number(given.workers) }, () => createBundledProcess(root));
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void end().then(() => (report(), process.exit(130))));
try {
  await main();
} finally {
  await end();
}

async function main() {
  console.log(`${mutants.length} mutants of src/${room}`);
  const queue = [...mutants];
  await Promise.all(processes.map((each) => work(each, queue)));
  report();
}

async function end() {
  for (const each of processes) each.close();
  await stop();
}

async function startServers() {
  const { startTestServers } = await import('../test/support/servers/test-servers.mjs');
  const started = await startTestServers();
  return () => started.stop();
}

/**
 * A workflow reaches its tests in a bundle, past all imports. Unit tests of the file are the quickest. Replays come
 * next, then the tests of each workflow that loads the file. Tests of whole stacks come last.
 */
function createTestsOfWorkflow() {
  const unitTestsOf = createRelatedTests(root, ['test/unit']);
  const partOf = createImporters(root, 'src/workflows');
  const tests = folders
    .flatMap((folder) => filesBelow(root, folder))
    .filter((test) => test.includes('.test.'));
  return (file) => {
    const workflows = partOf(file);
    const nearness = (test) => Math.max(...workflows.map((workflow) => likeness(workflow, test)));
    const near = tests.filter((test) => test.startsWith('test/replay') || nearness(test) > 0);
    const rank = (test) => folders.indexOf(test.split('/', 2).join('/')) * 10 - nearness(test);
    const ordered = (near.length > 1 ? near : tests).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    return [...unitTestsOf(file), ...ordered];
  };
}

function allMutants() {
  const [word, line = ''] = given.file.split(':');
  const files = filesBelow(root, join('src', room)).filter((file) => file.includes(word));
  const all = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const related = testsOf(file).slice(0, nearest);
    const tests = given.access ? [...new Set([...accessTests, ...related])] : related;
    return mutationsOf(file, text).map((mutation) => describe({ ...mutation, file, text, tests }));
  });
  return all.filter((mutant) => line === '' || mutant.line === Number(line));
}

function describe(mutant) {
  const { text, start, end, replacement } = mutant;
  const line = text.slice(0, start).split('\n').length;
  const short = (part) => part.trim().replace(/\s+/g, ' ').slice(0, 100);
  const code = short(text.split('\n')[line - 1]);
  const change = `${short(text.slice(start, end))} → ${short(replacement)}`;
  const mutated = text.slice(0, start) + replacement + text.slice(end);
  return { ...mutant, line, code, change, mutated };
}

/**
 * All, or a sample in the order of the seed: a run that is stopped is a sample too. The compiler refuses none of them,
 * and none is marked as equivalent.
 */
function choose(all) {
  const compiles = createCompiles(root, filesBelow(root, join('src', room)));
  const random = randomBy(Number(given.seed));
  const wanted = given.access ? all.filter(isOwnership) : shuffled(all, random);
  const count = Number(given.count ?? wanted.length);
  const chosen = [];
  for (const mutant of wanted) {
    if (chosen.length >= count) break;
    if (!isEquivalent(mutant) && compiles(mutant.file, mutant.mutated)) chosen.push(mutant);
  }
  return chosen.slice(Number(given.after));
}

function isOwnership({ isSql, replacement, text, start, end }) {
  return isSql && replacement === 'true' && OWNERSHIP.test(text.slice(start, end));
}

function isEquivalent({ file, code, change }) {
  return equivalents.some((each) => each.file === file && each.code === code && each.change === change);
}

function shuffled(all, random) {
  return all
    .map((each) => ({ each, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

/** Mulberry32: the same numbers from the same seed everywhere. */
function randomBy(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function work(own, queue) {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    mutant.noticed = await noticing(own, mutant);
    mutant.isTried = true;
    const { file, line, change, code, noticed } = mutant;
    if (noticed === undefined) console.log(`${file}:${line}  ${change}\n    ${code}`);
    else if (given.verbose)
      console.log(`noticed by ${noticed.by}: ${file}:${line}  ${change}\n    ${noticed.failed}`);
    const done = mutants.length - queue.length;
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${mutants.length} `);
  }
}

/**
 * A test notices a mutant when it fails with the mutation and passes without it. After a wait or a limit it must pass
 * once more: the machine may be busier than before.
 */
async function noticing(own, { file, mutated, tests }) {
  for (const test of promising(file, tests)) {
    const noticed = await own.run({ file, text: mutated, test, rebundles }, limitMs);
    if (noticed.by !== undefined && noticed.by !== 'a failed test') unmutated.delete(test);
    if (noticed.failed !== undefined && (await passesByItself(own, test))) {
      finds.set(`${test} ${file}`, foundBy(test, file) + 1);
      return noticed;
    }
  }
  return undefined;
}

/** The tests that noticed most changes of this file come first. */
function promising(file, tests) {
  return tests.toSorted((a, b) => foundBy(b, file) - foundBy(a, file));
}

function foundBy(test, file) {
  return finds.get(`${test} ${file}`) ?? 0;
}

function passesByItself(own, test) {
  if (!unmutated.has(test)) unmutated.set(test, passes(own, test));
  return unmutated.get(test);
}

/** Within the same limit: a machine that is too busy for a test says nothing about a mutant. */
async function passes(own, test) {
  const { failed } = await own.run({ file: test, test, rebundles }, limitMs);
  if (failed !== undefined) console.log(`left out, for it fails by itself: ${test}: ${failed}`);
  return failed === undefined;
}

/** Only a failed test is proof. A busy machine may reach a limit too, so each other way has its own figure. */
function report() {
  const tried = mutants.filter((mutant) => mutant.isTried);
  const noticed = tried.filter((mutant) => mutant.noticed !== undefined);
  const ways = new Map();
  for (const { noticed: how } of noticed) ways.set(how.by, (ways.get(how.by) ?? 0) + 1);
  const score = tried.length === 0 ? 100 : (100 * noticed.length) / tried.length;
  const parts = [...ways].map(([by, count]) => `${count} by ${by}`).join(', ');
  const rest = tried.length < mutants.length ? `, ${mutants.length - tried.length} not tried` : '';
  console.log(
    `${noticed.length} of ${tried.length} noticed (${parts})${rest}: ${score.toFixed(1)} % (seed ${given.seed})`,
  );
  if (given.access && noticed.length < mutants.length) process.exitCode = 1;
}
