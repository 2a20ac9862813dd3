// Writes docs/licences.md: each package that the product brings along, with its licence, from the lock file. `--check` says whether it
// is up to date. A licence that nobody has allowed yet fails either way: read it, then add it here.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const allowed = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'PSF-2.0',
  'Unlicense',
  // web-push, used as it comes: its licence is about changes to its own files.
  'MPL-2.0',
];
/** Their package.json names none; each has it as a file. */
const named = { unionfs: 'Unlicense' };

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const rows = new Map();
for (const [path, { dev, license, version }] of Object.entries(packages)) {
  if (path === '' || dev === true) continue;
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  rows.set(`${name} ${version}`, [name, version, license ?? named[name] ?? 'none']);
}
const refused = [...rows.values()].filter(([, , licence]) => !isAllowed(licence));
for (const [name, version, licence] of refused)
  console.error(`${name} ${version}: ${licence} is not allowed yet`);

const lines = [...rows.values()]
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([name, version, licence]) => `| ${name} | ${version} | ${licence} |`);
const text = `# Licences of the packages

Every package that an installation of Sluice brings along, from the lock file (\`npm run licences\` writes this page). Packages of the development alone are not here.

| package | version | licence |
| --- | --- | --- |
${lines.join('\n')}
`;
const file = join(root, 'docs/licences.md');
if (process.argv[2] !== '--check') writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/licences.md is not what the lock file says; run: npm run licences');
  process.exitCode = 1;
}
if (refused.length > 0) process.exitCode = 1;

/** `A OR B` needs one of them, `A AND B` both. */
function isAllowed(licence) {
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((each) => allowed.includes(each)));
}
