import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ModelServer } from '../../test/support/models/server.js';

export type PartName = 'worker' | 'api' | 'temporal' | 'postgres';

const pidFiles: Readonly<Record<PartName, string>> = {
  worker: 'worker.pid',
  api: 'api.pid',
  temporal: 'temporal.pid',
  postgres: 'postgres/postgres.pid',
};

/** The whole stack of `npm start` in a home of its own, with a provider that is a program of ours. */
export interface ChaosStack {
  readonly url: string;
  readonly token: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  /** Undefined while the part is not there. */
  pidOf(part: PartName): number | undefined;
  stop(): Promise<void>;
}

interface DevFile {
  readonly apiUrl: string;
  readonly adminApiKey: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

export async function startChaosStack(model: ModelServer): Promise<ChaosStack> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-chaos-'));
  const child = spawn(process.execPath, [resolve('dist/dev/main.js')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      ...(process.env['TEMPORAL_CLI_PATH'] && { TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'] }),
      ...(process.env['XDG_CACHE_HOME'] && { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] }),
      SLUICE_HOME: join(home, 'sluice'),
      NO_OPEN: '1',
      PORT: String(await freePort()),
      LLM_PROVIDER: 'openai-compatible',
      LLM_BASE_URL: model.url,
      LLM_API_KEY: 'none',
      RATE_LIMIT_PER_MINUTE: '1000000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await untilServing(child);
  const read = (name: string): string => readFileSync(join(home, 'sluice', name), 'utf8');
  const dev = JSON.parse(read('dev.json')) as DevFile;
  return {
    url: dev.apiUrl,
    token: dev.adminApiKey,
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
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
