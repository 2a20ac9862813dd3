import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { testObjectFolder } from '../servers/object-stores.js';
import { workflowBundlePath } from '../servers/workflow-bundle.js';

const root = resolve(import.meta.dirname, '../../..');

/** A worker in a process of its own, which a test can kill as the out-of-memory killer would. */
export interface WorkerProcess {
  /** Everything that its activities said, one word a line: see worker-program.ts. */
  readonly said: readonly string[];
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** For signals that do not end it: SIGSTOP and SIGCONT. */
  signal(signal: NodeJS.Signals): void;
}

export interface WorkerPrograms {
  start(env: Record<string, string>): WorkerProcess;
  /** A worker that a failed test leaves would take the tasks of the next one. */
  killAll(): Promise<void>;
  dispose(): Promise<void>;
}

/** The settings by which such a worker reaches the servers of a test. */
export function reaching({
  database,
  temporal,
}: {
  readonly database: { readonly url: string };
  readonly temporal: { readonly address: string; readonly namespace: string };
}): Record<string, string> {
  return {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  };
}

/** Compiles `entry` once. Its packages are those of the checkout. */
export async function compileWorker(entry: string): Promise<WorkerPrograms> {
  const folder = mkdtempSync(resolve(root, 'node_modules/.cache/sluice-worker-'));
  const outfile = resolve(folder, 'worker.mjs');
  await build({
    entryPoints: [resolve(root, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
  });
  const running = new Set<ChildProcess>();
  const killAll = async (): Promise<void> => {
    await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
  };
  return {
    start: (env) => startProcess(outfile, env, running),
    killAll,
    async dispose() {
      await killAll();
      rmSync(folder, { recursive: true });
    },
  };
}

function startProcess(
  outfile: string,
  env: Record<string, string>,
  running: Set<ChildProcess>,
): WorkerProcess {
  const child = spawn(process.execPath, [outfile], {
    env: {
      PATH: process.env['PATH'] ?? '',
      WORKFLOW_BUNDLE: workflowBundlePath(),
      SLUICE_TEST_OBJECTS: testObjectFolder(),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  return { said, kill: (signal) => end(child, signal), signal: (signal) => void child.kill(signal) };
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((ended) => {
    child.once('exit', (code) => ended(code));
    child.kill(signal);
  });
}
