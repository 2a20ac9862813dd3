import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../../src/platform/free-port.js';

export type PartName = 'worker' | 'api' | 'temporal' | 'postgres';

const pidFiles: Readonly<Record<PartName, string>> = {
  worker: 'worker.pid',
  api: 'api.pid',
  temporal: 'temporal.pid',
  postgres: 'postgres/postgres.pid',
};

/** The whole stack of `npm start`, as it was built, in a home of its own. */
export interface WholeStack {
  readonly url: string;
  readonly token: string;
  readonly analystToken: string;
  readonly temporalUiUrl: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** Undefined while the part is not there. */
  pidOf(part: PartName): number | undefined;
  stop(): Promise<void>;
}

interface DevFile {
  readonly apiUrl: string;
  readonly adminApiKey: string;
  readonly analystApiKey: string;
  readonly temporalUiUrl: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

export async function startWholeStack(more: Readonly<Record<string, string>>): Promise<WholeStack> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const child = spawn(process.execPath, [resolve('dist/dev/main.js')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      ...(process.env['TEMPORAL_CLI_PATH'] && { TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'] }),
      ...(process.env['XDG_CACHE_HOME'] && { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] }),
      SLUICE_HOME: join(home, 'sluice'),
      NO_OPEN: '1',
      PORT: String(await freePort()),
      RATE_LIMIT_PER_MINUTE: '1000000',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await untilServing(child);
  const read = (name: string): string => readFileSync(join(home, 'sluice', name), 'utf8');
  const dev = JSON.parse(read('dev.json')) as DevFile;
  return {
    url: dev.apiUrl,
    token: dev.adminApiKey,
    analystToken: dev.analystApiKey,
    temporalUiUrl: dev.temporalUiUrl,
    databaseUrl: dev.databaseUrl,
    temporalAddress: dev.temporalAddress,
    pidOf(part) {
      try {
        return (JSON.parse(read(pidFiles[part])) as { pid: number }).pid;
      } catch {
        return undefined;
      }
    },
    async stop() {
      const ended = new Promise((settle) => child.once('close', settle));
      child.kill('SIGTERM');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function untilServing(child: ChildProcess): Promise<void> {
  return new Promise((ready, fail) => {
    let output = '';
    child.stdout?.on('data', (part: Buffer) => {
      output += part.toString();
      if (output.includes('Ctrl-C stops everything')) ready();
    });
    child.once('exit', () => fail(new Error(`the stack ended:\n${output}`)));
  });
}
