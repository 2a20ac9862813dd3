import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { commentedFiles, commentsOf, sentencesOf } from './support/comments.js';
import {
  fileImportsOf,
  findCycle,
  importsOf,
  reachable,
  sourceFiles,
  type Import,
} from './support/import-graph.js';
import { routeTable } from '../src/client/route-table.js';
import { assembledOperations } from './support/named-operations.js';

const root = resolve(import.meta.dirname, '..');
const files = sourceFiles(root, 'src');
const imports = files.flatMap((file) => importsOf(root, file));

const roomOf = (file: string): string => file.split('/')[1] ?? '';
const isOurs = (target: string): boolean => target.startsWith('src/');

/** The rooms that each room may import at run time. A type import is erased, so any room may name another's types. */
const allowed: Record<string, readonly string[]> = {
  domain: ['domain'],
  crypto: ['crypto', 'domain'],
  contracts: ['contracts', 'crypto', 'domain'],
  models: ['models', 'platform', 'crypto', 'contracts', 'domain'],
  workflows: ['workflows', 'domain', 'contracts'],
  operations: ['operations', 'db', 'crypto', 'contracts', 'domain'],
  activities: ['activities', 'operations', 'models', 'db', 'crypto', 'contracts', 'domain'],
  db: ['db', 'crypto', 'contracts', 'domain'],
  platform: ['platform', 'crypto', 'contracts', 'domain'],
  api: ['api', 'operations', 'db', 'crypto', 'contracts', 'domain'],
  workers: ['workers', 'activities', 'db', 'crypto', 'contracts', 'domain'],
  dev: ['dev', 'platform', 'db', 'crypto', 'contracts', 'domain'],
  client: ['client', 'contracts', 'domain'],
  cli: ['cli', 'client', 'platform', 'db', 'crypto', 'contracts', 'domain'],
};

/** The files of a process that compose it: they alone may also reach into platform and models. */
const isComposition = (file: string): boolean => /^src\/\w+\/(main|resources|build-[\w-]+)\.ts$/.test(file);

/** Small, effect-free helpers of platform that any room may use at run time, each with its reason. */
const sharedPlatform: Record<string, string> = {
  'src/platform/within.ts': 'a timer and a race',
  'src/platform/query-meter.ts': 'an AsyncLocalStorage and a counter: the API reads what the driver counted',
};

const describeEdge = (edge: Import): string => `${edge.from} → ${edge.to}`;

function forbidden(edge: Import): boolean {
  if (!isOurs(edge.to) || edge.typeOnly) return false;
  if (edge.to in sharedPlatform) return false;
  if (isComposition(edge.from) && ['platform', 'models'].includes(roomOf(edge.to))) return false;
  return !(allowed[roomOf(edge.from)] ?? []).includes(roomOf(edge.to));
}

test('there is a rule for every room of the house', () => {
  expect([...new Set(files.map(roomOf))].sort()).toEqual(Object.keys(allowed).sort());
});

test('no room imports another against the arrows', () => {
  expect(imports.filter(forbidden).map(describeEdge)).toEqual([]);
});

/** Folders that grow by the rules of something else. */
const longFolders: Record<string, string> = {
  'src/db/migrations': 'a released migration stays where it is, under its name',
};

test('no folder of sources, console, tests and benches holds more than 25 files of its own', () => {
  const sizes = new Map<string, number>();
  for (const room of ['src', 'web', 'test', 'bench', 'scripts', 'examples']) {
    for (const file of readdirSync(resolve(root, room), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const folder = relative(root, file.parentPath);
      sizes.set(folder, (sizes.get(folder) ?? 0) + 1);
    }
  }
  const crowded = [...sizes].filter(([, size]) => size > 25).map(([folder]) => folder);
  expect(crowded).toEqual(Object.keys(longFolders));
});

const MOST_WORDS = 20;

/** The rule of plain English that a sentence breaks, if any. */
function breaksRule(sentence: string): boolean {
  const opensWrongly = /^(What|Who|Whoever|Whose|Whatever|Those|One)\b/.test(sentence);
  return opensWrongly || sentence.split(' ').filter((word) => /\w/.test(word)).length > MOST_WORDS;
}

test.each(['src', 'web', 'test', 'bench', 'scripts', 'examples'])(
  'each sentence of a comment of %s begins with its subject and has at most 20 words',
  (room) => {
    const faults = commentedFiles(root, room).flatMap((file) =>
      commentsOf(readFileSync(resolve(root, file), 'utf8'))
        .flatMap(sentencesOf)
        .filter(breaksRule)
        .map((sentence) => `${file}: ${sentence}`),
    );
    expect(faults).toEqual([]);
  },
);

test.each(['src', 'web', 'test', 'bench'])('imports of %s form no cycle, not even those of types', (room) => {
  const edges = sourceFiles(root, room).flatMap((file) => fileImportsOf(root, file));
  expect(edges.length).toBeGreaterThan(100);
  expect(findCycle(edges)).toBeUndefined();
});

test('each package that src loads at run time is installed without the development dependencies', () => {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(resolve(root, 'package.json'), 'utf8'),
  ) as Record<string, Record<string, string>>;
  const installed = new Set([...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})]);
  const missing = imports.filter(
    ({ to, typeOnly }) => !isOurs(to) && !typeOnly && !to.startsWith('node:') && !installed.has(to),
  );
  expect(missing.map(describeEdge)).toEqual([]);
});

test('domain, contracts and crypto stay free of effects and frameworks', () => {
  const packages = imports
    .filter((edge) => !isOurs(edge.to) && !edge.typeOnly)
    .filter((edge) => ['domain', 'contracts', 'crypto'].includes(roomOf(edge.from)))
    .filter((edge) => !(roomOf(edge.from) === 'contracts' && edge.to === 'zod'))
    // Pure algorithms; the workflows' own test keeps them out of the bundle.
    .filter((edge) => !(edge.from === 'src/domain/line-diff.ts' && edge.to === 'diff'))
    .filter((edge) => !(edge.from === 'src/domain/outbound-address.ts' && edge.to === 'ipaddr.js'))
    // An id needs randomness, and every room that writes a row makes one.
    .filter((edge) => !(edge.from === 'src/contracts/ids.ts' && edge.to === 'node:crypto'))
    .filter((edge) => !(roomOf(edge.from) === 'crypto' && ['zod', 'node:crypto'].includes(edge.to)))
    .filter(
      (edge) =>
        !(/contracts\/(sessions\/)?messages\.ts$/.test(edge.from) && edge.to.startsWith('@temporalio/')),
    );
  expect(packages.map(describeEdge)).toEqual([]);
});

test('workflow code reaches only names, messages, errors, domain and the workflow SDK at run time', () => {
  const reached = reachable(imports, 'src/workflows/index.ts');
  const foreign = [...reached].filter((target) => {
    if (!isOurs(target)) return !['@temporalio/workflow', '@temporalio/common'].includes(target);
    if (roomOf(target) === 'contracts')
      return !/contracts\/(names|event-data|(sessions\/)?messages|errors)\.ts$/.test(target);
    return !['workflows', 'domain'].includes(roomOf(target));
  });
  expect(foreign).toEqual([]);
});

test('the client carries no schema into a browser', () => {
  const reached = [...reachable(imports, 'src/client/client.ts')];
  expect(reached.filter((target) => !isOurs(target))).toEqual(['eventsource-parser']);
});

const operations = Object.keys(routeTable);

test('the console names each operation as a literal: its bundle finds no other', () => {
  const sources = sourceFiles(root, 'web');
  const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
  const named = operations.filter((operation) =>
    sources.some((file) => read(file).includes(`('${operation}'`)),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(sources.flatMap((file) => assembledOperations(file, read(file), operations))).toEqual([]);
});

test.each([
  ['call(`listUsers`)'],
  ['call(`${verb}Session`, input)'],
  ["call('list' + noun)"],
  ['call(nameOf(kind))'],
  ["callAny(name as 'getUser')"],
  ['const name = word as OperationId;'],
  ['const calls = { cancel: `cancel${noun}` } as const;'],
])('%s is no literal for the bundle of the console', (text) => {
  expect(assembledOperations('page.tsx', text, operations)).not.toEqual([]);
});

test('the API never loads the native worker or an activity', () => {
  const reached = [...reachable(imports, 'src/api/main.ts')];
  expect(reached.filter((target) => /^@temporalio\/(worker|activity|testing)$/.test(target))).toEqual([]);
  expect(reached.filter((target) => /^src\/(activities|workers|workflows)\//.test(target))).toEqual([]);
});

test.each([
  ['process.env', /process\.env\b/, (file: string) => file === 'src/platform/config.ts'],
  ['new Pool or new Client', /new (pg\.)?(Pool|Client)\(/, (file: string) => roomOf(file) === 'platform'],
  [
    'Connection.connect or .lazy',
    /Connection\.(connect|lazy)\(/,
    (file: string) => roomOf(file) === 'platform',
  ],
  ['a default export', /^export default/m, () => false],
])('%s stands only where it may', (_what, pattern, mayStand) => {
  const offenders = files.filter((file) => !mayStand(file) && pattern.test(codeOf(file)));
  expect(offenders).toEqual([]);
});

test('what refuses below the API knows neither problem documents nor status codes', () => {
  const below = (file: string): boolean =>
    ['domain', 'contracts', 'db', 'operations', 'activities', 'workflows'].includes(roomOf(file));
  const documents = imports.filter(({ from, to }) => below(from) && /^src\/api\//.test(to));
  expect(documents.map(describeEdge)).toEqual([]);
  const statuses = files.filter(
    (file) =>
      ['db', 'operations'].includes(roomOf(file)) &&
      /\bstatus(Code)?\b\W+[1-5]\d\d\b|Retry-After|\bProblem\b/.test(codeOf(file)),
  );
  expect(statuses).toEqual([]);
});

/** Routes whose transaction is not the idempotent one of a command, each with its reason. */
const ownTransactions: Record<string, string> = {
  'src/api/http/idempotency.ts': 'opens the transaction of every command',
  'src/api/http/auth/authenticator.ts': 'makes the user of a first token before any route is asked',
  'src/api/notifications/links.ts': 'is pressed in a mail, without a key of its own',
};

test('a route parses, asks an operation and answers: it writes no entry and opens no transaction', () => {
  const acting = imports.filter(({ from, to }) => roomOf(from) === 'api' && to === 'src/db/audit/log.ts');
  expect(acting.map(describeEdge)).toEqual([]);
  const opening = files.filter(
    (file) => roomOf(file) === 'api' && /\bwithTransaction\(/.test(readFileSync(resolve(root, file), 'utf8')),
  );
  expect(opening.sort()).toEqual(Object.keys(ownTransactions).sort());
});

test('the database runs no loop and sets no timer', () => {
  const loops = files.filter(
    // The migrator waits for another one. PostgreSQL's own wait would hold a snapshot, see migrate.ts.
    (file) =>
      roomOf(file) === 'db' &&
      file !== 'src/db/base/migrate.ts' &&
      /\b(setInterval|setTimeout|setImmediate)\b/.test(codeOf(file)),
  );
  expect(loops).toEqual([]);
});

test('the main file of each process stays a page', () => {
  const long = files.filter(
    (file) => /^src\/\w+\/main\.ts$/.test(file) && codeOf(file).split('\n').length > 75,
  );
  expect(long).toEqual([]);
});

test('tests replace no module of ours and none of the SDK', () => {
  const offenders = sourceFiles(root, 'test').filter((file) =>
    /jest\.(mock|spyOn|unstable_mockModule)\(/.test(codeOf(file)),
  );
  expect(offenders).toEqual([]);
});

test('the list of licences is what the lock file says (npm run licences writes it)', () => {
  const check = spawnSync(process.execPath, ['scripts/licences.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([check.status, check.stderr]).toEqual([0, '']);
});

function codeOf(file: string): string {
  return readFileSync(resolve(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
