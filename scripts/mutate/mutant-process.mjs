import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

/** Modules that jest loaded stay in memory: a fresh process from time to time frees them. */
const RUNS_OF_A_PROCESS = 150;
const LEFT_OUT = new Set(['node_modules', '.git', '.sluice', '.env', 'coverage']);

/** Runs the tests of one mutant after the other in a copy of the tree, so that the tree itself is never changed. */
export function createMutantProcess(root) {
  const copy = mkdtempSync(join(tmpdir(), 'sluice-mutate-'));
  cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  let child;
  let runs = 0;
  const end = () => {
    child?.kill('SIGKILL');
    child = undefined;
    runs = 0;
  };
  const restore = (file) => cpSync(join(root, file), join(copy, file));
  /** `{ failed, times }`: the test that failed, or none. Tests that go on for ever have noticed something too. */
  const run = (work, limitMs) =>
    new Promise((resolve) => {
      if (runs++ > RUNS_OF_A_PROCESS) end();
      child ??= start(copy);
      const finish = (answer) => {
        clearTimeout(timer);
        child?.removeAllListeners();
        resolve(answer);
      };
      const dies = (why) => {
        finish({ failed: why, times: {} });
        end();
        restore(work.file);
      };
      const timer = setTimeout(() => dies('the time limit'), limitMs);
      child.once('message', finish);
      child.once('exit', () => dies('the end of the process'));
      child.send(work);
    });
  const close = () => {
    end();
    rmSync(copy, { recursive: true, force: true });
  };
  return { run, close };
}

function start(copy) {
  const quiet = process.allowedNodeEnvironmentFlags.has('--disable-warning')
    ? ['--disable-warning=ExperimentalWarning']
    : [];
  return fork(join(copy, 'scripts/mutate/run-tests.mjs'), {
    cwd: copy,
    execArgv: ['--experimental-vm-modules', ...quiet],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}
