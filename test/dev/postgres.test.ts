import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startPostgres, type RunningPostgres } from '../../src/dev/postgres/postgres.js';
import { findPostgresPrograms, standardSources } from '../../src/dev/postgres/programs.js';
import type { ProcessPart } from '../../src/dev/parts/process-part.js';
import { identityOf, isRunning } from '../../src/dev/processes.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { waitUntil } from '../support/wait-until.js';

const folder = useTemporaryFolder();
const programs = findPostgresPrograms(standardSources(undefined));
const parts: ProcessPart[] = [];
afterEach(() => Promise.all(parts.splice(0).map((part) => part.stop())));

function start(name: string): Promise<RunningPostgres> {
  const track = (part: ProcessPart): void => void parts.push(part);
  return startPostgres({
    folder: join(folder, name),
    logFile: join(folder, `${name}.log`),
    programs,
    durable: false,
    track,
  });
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const logger = createLogger({ level: 'silent', service: 'test' });
  const pool = createPool({ databaseUrl: url, max: 1, applicationName: 'test', logger });
  try {
    return (await pool.query<Record<string, unknown>>(text)).rows;
  } finally {
    await pool.end();
  }
}

test('a restart keeps the data, the address and the password', async () => {
  const first = await start('restart');
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.part.stop();
  const second = await start('restart');
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('it listens on loopback alone and asks for the password', async () => {
  const { url } = await start('restart');
  expect(await ask(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
});

test('after kill -9 of its supervisor the next start ends the orphan and loses nothing', async () => {
  const own = join(folder, 'orphan');
  const program = resolve(import.meta.dirname, '../support/servers/cluster-owner.mjs');
  const supervisor = spawn(process.execPath, [program, own], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(supervisor.stdout, 'data')) as [Buffer];
  const { url, pid } = JSON.parse(line.toString()) as { url: string; pid: number };
  await ask(url, 'create table kept as select 42 as answer');
  const orphan = identityOf(pid);
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');
  expect(orphan !== undefined && isRunning(orphan)).toBe(true);
  // Also when the supervisor died before it had written down whom it started.
  rmSync(join(own, 'postgres.pid'));
  const next = await start('orphan');
  expect(orphan !== undefined && isRunning(orphan)).toBe(false);
  expect(await ask(next.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});

test('a postmaster that is killed comes back on the same port with its data', async () => {
  const { url, part } = await start('restart');
  const killed = part.pid ?? 0;
  process.kill(killed, 'SIGKILL');
  const answer = await waitUntil(() => ask(url, 'select answer from kept').catch(() => undefined), {
    what: 'the next postmaster',
    timeoutMs: 40_000,
  });
  expect(answer).toEqual([{ answer: 42 }]);
  expect(part.pid).not.toBe(killed);
});

test('a pid file whose number belongs to another program by now does not keep the cluster down', async () => {
  const first = await start('reused');
  await first.part.stop();
  const data = join(folder, 'reused/data');
  writeFileSync(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n1\n1\n\n127.0.0.1\n\nready   \n`);
  const second = await start('reused');
  expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a data folder of a newer PostgreSQL stops the start with one sentence', async () => {
  const { part } = await start('newer');
  await part.stop();
  const path = join(folder, 'newer/data/PG_VERSION');
  const major = Number(readFileSync(path, 'utf8'));
  writeFileSync(path, `${major + 1}\n`);
  await expect(start('newer')).rejects.toThrow(
    new RegExp(`made by a newer version, PostgreSQL ${major + 1}, and this is PostgreSQL ${major}`),
  );
});

/** Only root has folders that no user may enter. */
const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot('a cluster of root in a folder that no other user may enter works and keeps its data', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const first = await start('closed/postgres');
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.part.stop();
  const second = await start('closed/postgres');
  expect(second.folder).toBe(first.folder);
  expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
});
