import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { useApi } from '../support/api.js';
import { createApiUser } from '../support/people.js';
import { useDatabase } from '../support/servers/database.js';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-client-'));
const inFolder = (...path: string[]): string => join(folder, ...path);
const database = useDatabase();
const api = useApi({ database });

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder } });
const pack = (what: string): string =>
  inFolder(npm(folder, 'pack', what, '--ignore-scripts', '--silent', '--pack-destination', folder).trim());

/** Every operation that the program uses is checked by the compiler against what the package says. */
const program = `
import { ApiProblem, createClient, type AnswerOf } from '@sluice/client';
const client = createClient({ baseUrl: process.argv[2] ?? '', token: process.argv[3] ?? '', retries: 0 });
const user: AnswerOf<'createUser'> = await client.call('createUser', {
  body: { email: 'ada@package.test', name: 'Ada', role: 'ANALYST' },
});
const role: 'ANALYST' | 'ADMIN' = user.role;
// @ts-expect-error: a role is one of two.
const wrong: 'OWNER' = user.role;
const names: string[] = [];
for await (const each of client.items('listUsers', { query: { limit: '1' } })) names.push(each.name);
const code = await client.call('getUser', { params: { id: 'usr_nobody' } }).catch((error: unknown) =>
  error instanceof ApiProblem ? error.code : 'other');
// @ts-expect-error: a session needs a topic.
const asked: Promise<unknown> = client.call('createSession', { body: {} }).catch(() => undefined);
await asked;
console.log(JSON.stringify({ role, wrong, names, code }));
`;

/** Strict, and without the types of Node: a browser has none. */
const compilerOptions = {
  strict: true,
  module: 'NodeNext',
  target: 'ES2022',
  lib: ['ES2023', 'DOM'],
  types: [],
  skipLibCheck: true,
};

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/client-package.mjs'), inFolder('built')], {
    cwd: root,
  });
  writeFileSync(inFolder('package.json'), '{"private":true,"type":"module"}');
  const tarballs = [pack(inFolder('built')), pack(join(root, 'node_modules/zod'))];
  npm(folder, 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the package holds its program, its types, its README and its licence, and no source', () => {
  const installed = inFolder('node_modules/@sluice/client');
  expect(readdirSync(installed).sort()).toEqual([
    'LICENSE',
    'README.md',
    'index.js',
    'index.js.map',
    'package.json',
    'types',
  ]);
  const all = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  expect(all.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { version: string };
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(manifest.version).toBe(own.version);
});

test('a program is checked against its types and runs against an API', async () => {
  const admin = await createApiUser(database, 'ADMIN');
  writeFileSync(inFolder('program.ts'), program);
  writeFileSync(inFolder('node.d.ts'), `declare const process: { argv: string[] };`);
  writeFileSync(
    inFolder('tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['program.ts', 'node.d.ts'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const checked = spawnSync(process.execPath, [tsc, '-p', '.'], { cwd: folder, encoding: 'utf8' });
  expect(checked.stdout).toBe('');
  // Not synchronously: the API answers in this process.
  const ran = await promisify(execFile)(process.execPath, ['program.js', api.url, admin.token], {
    cwd: folder,
  });
  expect(JSON.parse(ran.stdout)).toMatchObject({
    role: 'ANALYST',
    names: expect.arrayContaining(['Ada']) as string[],
    code: 'not_found',
  });
}, 300_000);

test('a browser gets one file that asks for nothing of Node and carries no schema', async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '@sluice/client'`, resolveDir: folder },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
  });
  const text = outputFiles[0]?.text ?? '';
  expect(text).not.toMatch(/from ["']node:|require\(|zod/);
  expect(text.length).toBeLessThan(60_000);
});
