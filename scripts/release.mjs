// Makes a release of what is committed: `node scripts/release.mjs 0.2.0`. It sets the version everywhere it
// stands, dates the change log and renders the chart. It stores the histories that this version writes, then
// commits and tags. It publishes nothing. `--dry-run` says what it would change and changes nothing.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const [version = '', ...flags] = process.argv.slice(2);
const isDry = flags.includes('--dry-run');
const { version: before } = JSON.parse(read('package.json'));

if (!/^\d+\.\d+\.\d+(-[0-9a-z.]+)?$/.test(version))
  fail('usage: node scripts/release.mjs <version> [--dry-run]');
if (!isNewer(version, before)) fail(`${version} does not come after ${before}`);
const unreleased = /## \[Unreleased\]\n([^]*?)(?=\n## \[|$)/.exec(read('CHANGELOG.md'))?.[1]?.trim() ?? '';
if (!isDry && unreleased === '')
  fail('CHANGELOG.md has nothing under [Unreleased]: there is nothing to release');
if (!isDry && git('status', '--porcelain') !== '')
  fail('commit everything first: a release is what is committed');

const day = new Date().toISOString().slice(0, 10);
change('package.json', `"version": "${before}"`, `"version": "${version}"`);
change('src/contracts/version.ts', `'${before}'`, `'${version}'`);
change('docker-compose.temporal.yml', `image: sluice:${before}`, `image: sluice:${version}`);
change('deploy/helm/sluice/Chart.yaml', `version: ${before}`, `version: ${version}`);
change('deploy/helm/sluice/Chart.yaml', `appVersion: ${before}`, `appVersion: ${version}`);
change('CHANGELOG.md', '## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${day}\n`);
if (isDry) process.exit(0);

run('npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund');
run('node', 'scripts/openapi.mjs');
run('node', 'scripts/licences.mjs');
run('node', 'scripts/helm.mjs');
// Every workflow of this version leaves a history, which each later version replays.
run(
  'node',
  'scripts/test.mjs',
  'test/workflows',
  'test/e2e/sql/execute',
  'test/e2e/notifications',
  'test/e2e/reports',
);
run('node', 'scripts/test.mjs', 'test/replay');
run('node', 'scripts/audit.mjs');
git('add', '--all');
git('commit', '--quiet', '--message', `Release ${version}`);
git('tag', '--annotate', `v${version}`, '--message', `Sluice ${version}`);
console.log(`v${version} is committed and tagged; npm run check:package tries the package`);

function change(file, from, to) {
  const text = read(file);
  if (!text.includes(from)) fail(`${file} does not hold ${JSON.stringify(from)}`);
  console.log(`${file}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`);
  if (!isDry) writeFileSync(join(root, file), text.replace(from, to));
}

function isNewer(one, other) {
  const numbers = (text) => text.split('-')[0].split('.').map(Number);
  const [left, right] = [numbers(one), numbers(other)];
  const place = left.findIndex((number, index) => number !== right[index]);
  return place === -1 ? other.includes('-') && !one.includes('-') : left[place] > right[place];
}

function read(file) {
  return readFileSync(join(root, file), 'utf8');
}

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) fail(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

function run(program, ...args) {
  const env = { ...process.env, SLUICE_STORE_HISTORIES: version };
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env });
  if (status !== 0)
    fail(`${program} ${args.join(' ')} failed: nothing is committed, git restore takes it back`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
