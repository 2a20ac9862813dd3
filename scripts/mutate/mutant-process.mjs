import { fork } from 'node:child_process';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';

/** Modules that were loaded stay in memory: a fresh process from time to time frees them. */
const RUNS_OF_A_PROCESS = 150;

/** Runs a test file with a mutant, one after the other; the mutated text never becomes a file. */
export function createBundledProcess(root) {
  let child;
  let runs = 0;
  let isClosed = false;
  const end = () => {
    child?.kill('SIGKILL');
    child = undefined;
    runs = 0;
  };
  /** `{ failed, by }`: what failed and how it came out, or nothing. */
  const run = (work, limitMs) =>
    new Promise((resolve) => {
      if (isClosed) return;
      if (runs++ > RUNS_OF_A_PROCESS) end();
      child ??= start(root);
      const finish = (answer) => {
        clearTimeout(timer);
        child?.removeAllListeners();
        resolve(answer);
      };
      const dies = (by) => {
        if (isClosed) return;
        finish({ failed: by, by });
        end();
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

function start(cwd) {
  const quiet = process.allowedNodeEnvironmentFlags.has('--disable-warning')
    ? ['--disable-warning=ExperimentalWarning']
    : [];
  return fork(join(cwd, 'scripts/mutate/run-bundled-tests.mjs'), {
    cwd,
    execArgv: ['--experimental-vm-modules', ...quiet],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}
