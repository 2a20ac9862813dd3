// Asks the registry for known vulnerabilities of what the product brings along. It fails for each high or
// critical one that audit-exceptions.json does not name. It also fails for each exception that is no longer
// needed. An exception is the advisory's id with the reason why it does not concern us: { "GHSA-…": "Sluice
// never parses …" }. A registry that does not answer is reported and does not fail: a build has to be possible
// without one.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MS = 60_000;
const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const exceptions = JSON.parse(readFileSync(new URL('audit-exceptions.json', import.meta.url), 'utf8'));
const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0'], {
  cwd: root,
  encoding: 'utf8',
  timeout: TIMEOUT_MS,
});
const report = readReport(stdout);
if (report?.vulnerabilities === undefined) {
  console.log(
    `the registry could not be asked for vulnerabilities: ${report?.message ?? report?.error?.summary ?? 'no answer'}`,
  );
} else {
  const found = advisoriesOf(report.vulnerabilities);
  const open = [...found].filter(([id]) => exceptions[id] === undefined);
  const needless = Object.keys(exceptions).filter((id) => !found.has(id));
  for (const [id, sentence] of open) console.error(`${id}: ${sentence}`);
  for (const id of needless) console.error(`${id}: the exception is no longer needed`);
  console.log(`${found.size} high or critical advisories, ${found.size - open.length} of them with a reason`);
  process.exitCode = open.length + needless.length > 0 ? 1 : 0;
}

function readReport(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * By the id at the end of its address. A package that only passes one on names a package instead of an
 * advisory.
 */
function advisoriesOf(vulnerabilities) {
  const advisories = Object.values(vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((via) => typeof via === 'object' && ['high', 'critical'].includes(via.severity));
  return new Map(advisories.map(({ url, name, title }) => [url.split('/').at(-1), `${name}: ${title}`]));
}
