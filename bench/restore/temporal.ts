import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { Cluster } from './cluster.js';

/** The programs of a Temporal server on PostgreSQL, as docs/deployment.md builds them. */
export interface TemporalPrograms {
  readonly server: string;
  readonly sqlTool: string;
  readonly cli: string;
}

export interface TemporalServer {
  readonly address: string;
  stop(): Promise<void>;
}

export function makeTemporalSchema({ sqlTool }: TemporalPrograms, { port, password }: Cluster): void {
  execFileSync('sh', ['deploy/temporal/setup-schema.sh'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SQL_HOST: '127.0.0.1',
      SQL_PORT: String(port),
      SQL_USER: 'sluice',
      SQL_PASSWORD: password,
      TEMPORAL_SQL_TOOL: sqlTool,
    },
    stdio: 'ignore',
  });
}

export async function startTemporal(
  programs: TemporalPrograms,
  cluster: Cluster,
  logFile: string,
): Promise<TemporalServer> {
  const ports: Record<string, string> = {};
  for (const part of ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'])
    for (const what of ['GRPC', 'MEMBERSHIP']) ports[`${part}_${what}_PORT`] = await freePort();
  const child = spawn(programs.server, ['--allow-no-auth', 'start'], {
    env: Object.assign(
      {
        PATH: process.env['PATH'] ?? '',
        DB: 'postgres12',
        POSTGRES_SEEDS: '127.0.0.1',
        DB_PORT: String(cluster.port),
        POSTGRES_USER: 'sluice',
        POSTGRES_PWD: cluster.password,
        BIND_ON_IP: '127.0.0.1',
        NUM_HISTORY_SHARDS: '32',
        LOG_LEVEL: 'warn',
        DYNAMIC_CONFIG_FILE_PATH: 'deploy/temporal/dynamic-config.yaml',
        FRONTEND_HTTP_PORT: await freePort(),
      },
      ports,
    ),
    stdio: ['ignore', openSync(logFile, 'a'), openSync(logFile, 'a')],
  });
  const address = `127.0.0.1:${ports['FRONTEND_GRPC_PORT'] ?? ''}`;
  await untilServing(address);
  return {
    address,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** With its search attributes, as at every start of the compose file. */
export function makeNamespace({ cli }: TemporalPrograms, address: string, namespace: string): void {
  execFileSync('sh', ['deploy/temporal/setup-namespace.sh'], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/tmp',
      TEMPORAL_CLI: cli,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
    },
    stdio: 'ignore',
  });
}

async function untilServing(address: string): Promise<void> {
  for (let tries = 0; tries < 120; tries += 1) {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 }).catch(() => undefined);
    if (connection !== undefined) return connection.close();
    await setTimeout(500);
  }
  throw new Error(`no Temporal server answers at ${address}`);
}

/** Temporal keeps the ports of its members in a smallint: one that the system chooses would be too large. */
async function freePort(): Promise<string> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((settle) => {
      server.once('error', () => settle(false));
      server.listen(port, '127.0.0.1', () => settle(true));
    });
    if (!isFree) continue;
    await new Promise((closed) => server.close(closed));
    return String(port);
  }
}
