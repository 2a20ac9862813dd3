import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../../src/platform/free-port.js';

export type Kind = 'api' | 'worker';

/** An API or a worker of one version, as a pod holds it. */
export interface Running {
  readonly kind: Kind;
  readonly port: number;
  readonly pid: number;
  /** SIGTERM, and the milliseconds until it was gone. */
  end(): Promise<number>;
}

export interface Version {
  /** Of a checkout with a build in `dist`. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

const READY_MS = 120_000;

/** Started, and ready to take work. */
export async function startProcess(kind: Kind, { folder, env }: Version): Promise<Running> {
  const port = await freePort();
  const program = join(folder, 'dist', kind === 'api' ? 'api/main.js' : 'workers/main.js');
  const child = spawn(process.execPath, [program], {
    env: Object.assign({ PATH: process.env['PATH'] ?? '' }, env, {
      [kind === 'api' ? 'PORT' : 'WORKER_METRICS_PORT']: String(port),
    }),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await untilReady(child, port);
  return {
    kind,
    port,
    pid: child.pid ?? 0,
    end: async () => {
      const startedAt = performance.now();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      return performance.now() - startedAt;
    },
  };
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  for (const untilMs = Date.now() + READY_MS; Date.now() < untilMs; await setTimeout(250)) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.status === 200) return;
  }
  throw new Error(`what was started on port ${port} is not ready`);
}
