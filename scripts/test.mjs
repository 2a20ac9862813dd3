// Runs jest with the given arguments and ends with one line for CI: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const folder = mkdtempSync(join(tmpdir(), 'sluice-results-'));
const results = join(folder, 'results.json');
const quiet = process.allowedNodeEnvironmentFlags.has('--disable-warning')
  ? ['--disable-warning=ExperimentalWarning']
  : [];

const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    // A test makes much that lives shortly: with 16 MB a tenth of its time goes into collecting it.
    '--max-semi-space-size=64',
    ...quiet,
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${results}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
// The terminal sends Ctrl-C to both of us: jest tears its servers down, and we wait for that.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => jest.kill('SIGTERM'));
jest.on('exit', (code) => {
  const { passed, failed, skipped } = count();
  rmSync(folder, { recursive: true, force: true });
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(code ?? 1);
});

/** A suite that could not even run has no tests to count, so it counts as one failure. */
function count() {
  try {
    const run = JSON.parse(readFileSync(results, 'utf8'));
    return {
      passed: run.numPassedTests,
      failed: run.numFailedTests + run.numRuntimeErrorTestSuites,
      skipped: run.numPendingTests + run.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
