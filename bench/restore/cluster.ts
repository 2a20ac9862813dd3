import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, type RunningPostgres } from '../../src/dev/postgres/postgres.js';
import { findPostgresPrograms, standardSources } from '../../src/dev/postgres/programs.js';

/** A PostgreSQL cluster with the client programs of the same installation. */
export interface Cluster {
  readonly port: number;
  readonly password: string;
  urlOf(database: string): string;
  /** `pg_dump`, `pg_restore`, `pg_basebackup` … against it. */
  run(program: string, ...args: string[]): void;
  /** kill -9, and its data folder is gone. */
  lose(): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(folder: string, bin: string): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  const running: RunningPostgres = await startPostgres({
    folder,
    logFile: `${folder}.log`,
    programs: findPostgresPrograms(standardSources(bin)),
    durable: true,
    maxConnections: 200,
  });
  const { password, username } = new URL(running.url);
  const environment = {
    PATH: process.env['PATH'] ?? '',
    PGHOST: '127.0.0.1',
    PGPORT: String(running.port),
    PGUSER: username,
    PGPASSWORD: password,
  };
  return {
    port: running.port,
    password,
    urlOf: (database) => Object.assign(new URL(running.url), { pathname: `/${database}` }).href,
    run: (program, ...args) =>
      void execFileSync(join(bin, program), args, {
        env: environment,
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    async lose() {
      await running.part.stop();
      rmSync(join(running.folder, 'data'), { recursive: true });
    },
    stop: () => running.part.stop(),
  };
}

/** A base back-up becomes the data of the cluster that is started there next. Owner and mode are those of the files. */
export function restoreBase(backup: string, folder: string): void {
  cpSync(backup, join(folder, 'data'), { recursive: true, preserveTimestamps: true });
  execFileSync('chown', ['-R', '--reference', folder, join(folder, 'data')]);
  execFileSync('chmod', ['700', join(folder, 'data')]);
}
