import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { commandLineOf, endProcess, identityOf, processesIn } from '../processes.js';
import { keepPort } from '../ports.js';
import { placePostgres, type PostgresPlace } from './place.js';
import type { PostgresPrograms } from './programs.js';
import { ProcessPart, type ProcessPartOptions } from '../parts/process-part.js';
import { asCommand, asUser } from './run-as.js';
import { writePrivateFile } from '../private-file.js';
import { sentenceFor, StartError } from '../start-error.js';
import { startServer } from '../start-server.js';

/**
 * A PostgreSQL cluster of our own.
 * G1. The data folder appears complete or not at all: initdb works beside it and a rename puts it in place.
 * G2. An earlier supervisor's postmaster is stopped before a new one starts. Its command line proves that it is ours:
 *     another process may have its number by now.
 * G3. The sessions of a killed postmaster are gone before the next one starts, or both would write.
 * G4. It listens on 127.0.0.1 alone, with a password, on a port that stays the same while it is free.
 */
export interface PostgresOptions {
  /** Holds the data, the password and the port. */
  readonly folder: string;
  readonly logFile: string;
  readonly programs: PostgresPrograms;
  /** False for tests: nothing has to survive a power cut. */
  readonly durable: boolean;
  readonly maxConnections?: number;
  /** Given the part before it runs, so that a stop in the middle of the start finds it. */
  readonly track?: (part: ProcessPart) => void;
  readonly onEnd?: ProcessPartOptions['onEnd'];
  readonly onBack?: () => void;
}

export interface RunningPostgres {
  readonly url: string;
  readonly port: number;
  readonly major: number;
  /** Where the data really is: elsewhere when no user can enter the wanted folder. */
  readonly folder: string;
  readonly part: ProcessPart;
}

const HOST = '127.0.0.1';
const OWNER = 'sluice';
const READY_LINE = 7;
/** Sessions notice the death of their postmaster within a second. */
const LEFTOVER_WAIT_MS = 10_000;
/** SIGINT is "fast": it ends the sessions and writes a checkpoint. SIGQUIT recovers from the log at the next start. */
const STOP_STEPS = [
  { signal: 'SIGINT', waitMs: 15_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
] as const;

export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const place = placePostgres(options.folder, options.programs);
  const data = join(place.folder, 'data');
  const password = passwordOf(place);
  await endOrphan(data);
  if (existsSync(join(data, 'PG_VERSION'))) refuseOtherVersion(data, place.programs.major);
  else await initialise(place, options);
  const port = await keepPort(lastPort(place.folder), HOST);
  const part = new ProcessPart(partOptions(options, place, port));
  options.track?.(part);
  await startServer(part, place.folder);
  writeFileSync(join(place.folder, 'port'), String(port));
  const url = `postgres://${OWNER}:${password}@${HOST}:${port}/postgres`;
  return { url, port, major: place.programs.major, folder: place.folder, part };
}

function partOptions(options: PostgresOptions, place: PostgresPlace, port: number): ProcessPartOptions {
  const data = join(place.folder, 'data');
  const [command, args] = asCommand(place.runAs, join(place.programs.bin, 'postgres'), [
    '-D',
    data,
    '-p',
    String(port),
    ...settings(options, place.programs.major).flatMap((setting) => ['-c', setting]),
  ]);
  const user = asUser(place.runAs);
  return {
    name: 'PostgreSQL',
    command,
    args,
    cwd: '/',
    ...(user === undefined ? {} : { user }),
    logFile: options.logFile,
    pidFile: join(options.folder, 'postgres.pid'),
    stopSteps: STOP_STEPS,
    readyTimeoutMs: 60_000,
    isReady: (pid) => Promise.resolve(statusOf(data, pid) === 'ready'),
    ...(options.onEnd === undefined ? {} : { onEnd: options.onEnd }),
    ...(options.onBack === undefined ? {} : { onBack: options.onBack }),
  };
}

function settings(options: PostgresOptions, major: number): string[] {
  return [
    `listen_addresses=${HOST}`,
    'unix_socket_directories=',
    `max_connections=${options.maxConnections ?? 100}`,
    // Small, because the whole stack has to fit beside an editor and a browser; the page cache holds the rest.
    'shared_buffers=32MB',
    'max_wal_size=256MB',
    'jit=off',
    ...(major >= 18 ? ['io_method=sync'] : []),
    ...(options.durable
      ? []
      : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']),
  ];
}

/** The eighth line of postmaster.pid, as pg_ctl reads it; undefined when the file is of another process. */
function statusOf(data: string, pid: number): string | undefined {
  const lines = postmasterLines(data);
  return Number(lines[0]) === pid ? lines[READY_LINE]?.trim() : undefined;
}

function postmasterLines(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

async function endOrphan(data: string): Promise<void> {
  const pid = Number(postmasterLines(data)[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const orphan = commandLineOf(pid).includes(`-D ${data} `) ? identityOf(pid) : undefined;
  if (orphan !== undefined) await endProcess(orphan, STOP_STEPS);
  const until = Date.now() + LEFTOVER_WAIT_MS;
  while (processesIn(data)?.[0] !== undefined && Date.now() < until) await setTimeout(50);
  // The number may now be that of another program, or of one that nobody has reaped. PostgreSQL would take either for
  // a postmaster. The file goes only when no process works in the folder, so no session of the old one is left.
  if (processesIn(data)?.length === 0) rmSync(join(data, 'postmaster.pid'), { force: true });
}

function refuseOtherVersion(data: string, major: number): void {
  const made = Number(readFileSync(join(data, 'PG_VERSION'), 'utf8').trim());
  if (made === major) return;
  const age = made > major ? 'a newer version, ' : '';
  throw new StartError(
    `The data in ${data} was made by ${age}PostgreSQL ${made}, and this is PostgreSQL ${major}: ` +
      `name the programs of version ${made} in EMBEDDED_PG_BIN, or choose another SLUICE_HOME.`,
  );
}

async function initialise(place: PostgresPlace, options: PostgresOptions): Promise<void> {
  const making = join(place.folder, 'data.new');
  rmSync(making, { recursive: true, force: true });
  const locale =
    place.programs.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C.UTF-8'];
  const [command, args] = asCommand(place.runAs, join(place.programs.bin, 'initdb'), [
    `--pgdata=${making}`,
    `--username=${OWNER}`,
    `--pwfile=${join(place.folder, 'password')}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    ...locale,
    ...(options.durable ? [] : ['--no-sync']),
  ]);
  try {
    await promisify(execFile)(command, args, { ...asUser(place.runAs), cwd: '/' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const output = `${stdout}\n${stderr}`.trim() || String(error);
    throw new StartError(
      sentenceFor(output, place.folder) ?? `PostgreSQL could not make its data folder:\n${output}`,
    );
  }
  renameSync(making, join(place.folder, 'data'));
}

function passwordOf(place: PostgresPlace): string {
  const path = join(place.folder, 'password');
  if (!existsSync(path)) {
    // initdb reads it as the user that it runs as.
    writePrivateFile(path, randomBytes(24).toString('base64url'), asUser(place.runAs));
  }
  return readFileSync(path, 'utf8');
}

function lastPort(folder: string): number | undefined {
  const path = join(folder, 'port');
  const port = existsSync(path) ? Number(readFileSync(path, 'utf8')) : NaN;
  return Number.isInteger(port) && port > 0 ? port : undefined;
}
