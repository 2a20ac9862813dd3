import { fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

/** Modules that were loaded stay in memory: a fresh process from time to time frees them. */
const RUNS_OF_A_PROCESS = 150;
const LEFT_OUT = new Set(['node_modules', '.git', '.sluice', '.env', 'coverage']);

/** Runs the tests of one mutant after the other; the mutated text never becomes a file. */
export function createBundledProcess(root) {
  return createProcess(root, 'scripts/mutate/run-bundled-tests.mjs', () => undefined);
}

/** The same by jest, for tests whose worker loads the workflow bundle. It changes a copy of the tree. */
export function createJestProcess(root) {
  const copy = mkdtempSync(join(tmpdir(), 'sluice-mutate-'));
  cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const restore = (file) => cpSync(join(root, file), join(copy, file));
  const own = createProcess(copy, 'scripts/mutate/run-jest.mjs', restore);
  const close = () => {
    own.close();
    rmSync(copy, { recursive: true, force: true });
  };
  return { run: own.run, close };
}

function createProcess(cwd, script, restore) {
  let child;
  let runs = 0;
  let isClosed = false;
  const end = () => {
    child?.kill('SIGKILL');
    child = undefined;
    runs = 0;
  };
  /** `{ failed, test }`: what failed, or nothing. Tests that go on for ever have noticed something too. */
  const run = (work, limitMs) =>
    new Promise((resolve) => {
      if (isClosed) return;
      if (runs++ > RUNS_OF_A_PROCESS) end();
      child ??= start(cwd, script);
      const finish = (answer) => {
        clearTimeout(timer);
        child?.removeAllListeners();
        resolve(answer);
      };
      const dies = (why) => {
        finish({ failed: why });
        end();
        if (!isClosed) restore(work.file);
      };
      const timer = setTimeout(() => dies('the time limit'), limitMs);
      child.once('message', finish);
      child.once('exit', () => dies('the end of the process'));
      child.send(work);
    });
  const close = () => {
    isClosed = true;
    end();
  };
  return { run, close };
}

function start(cwd, script) {
  const quiet = process.allowedNodeEnvironmentFlags.has('--disable-warning')
    ? ['--disable-warning=ExperimentalWarning']
    : [];
  return fork(join(cwd, script), {
    cwd,
    execArgv: ['--experimental-vm-modules', ...quiet],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
