/**
 * Backs a running system up, loses it, restores it, and takes every session to its end, in four ways.
 *
 * `one moment`: a base back-up of the cluster that holds the databases of Sluice and of Temporal.
 * `two moments`: a dump of Sluice's database alone. Temporal starts anew, is adopted, and open sessions are revived.
 * `older Temporal`, `newer Temporal`: dumps of both, with gates decided in between. This is what an operator is told not to
 * do, so each session's fate is printed instead of a failure.
 *
 * The first two fail when a session does not end, its events have a gap, or the audit chain breaks. Run it
 * with `TEMPORAL_SERVER=… TEMPORAL_SQL_TOOL=… TEMPORAL_CLI=… PG_BIN=/usr/lib/postgresql/15/bin node
 * scripts/bench.mjs restore`. Needs a build. `--only older-temporal` takes one way. It starts and removes everything itself.
 *
 * Not looked at: continuous archiving, results in an object store, Temporal Cloud, large databases.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startModelServer } from '../test/support/models/server.js';
import { createClient, type SluiceClient } from '../src/client/client.js';
import { sluice as command } from './support/command-line.js';
import { restoreBase, startCluster, type Cluster } from './restore/cluster.js';
import { fatesOf, goOn, followed } from './restore/moments.js';
import { makeNamespace, makeTemporalSchema, startTemporal, type TemporalServer } from './restore/temporal.js';
import { gapsOf, readEvents } from './rolling/reader.js';
import { startProcess, type Running } from './rolling/process.js';

const given = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: see the head of bench/restore.ts`);
  return value;
};
const programs = {
  server: given('TEMPORAL_SERVER'),
  sqlTool: given('TEMPORAL_SQL_TOOL'),
  cli: given('TEMPORAL_CLI'),
};
const bin = given('PG_BIN');
const SESSIONS = 6;
const WAIT_MS = 180_000;
const root = mkdtempSync(join(tmpdir(), 'sluice-restore-'));
chmodSync(root, 0o755);
const secret = randomBytes(32).toString('hex');
const calls: string[] = [];
const model = await startModelServer();
model.reply(({ body }, index) => {
  calls.push(JSON.stringify(body['messages']));
  return { text: `Answer ${index}.`, frameDelayMs: 200 };
});

interface House {
  readonly temporal: TemporalServer;
  readonly parts: readonly Running[];
  readonly url: string;
}

/** The environment of every process of a house. */
const environment = (cluster: Cluster, { address }: TemporalServer, namespace: string) => ({
  DATABASE_URL: cluster.urlOf('sluice'),
  TEMPORAL_ADDRESS: address,
  TEMPORAL_NAMESPACE: namespace,
  SIGNING_SECRET: secret,
  LLM_PROVIDER: 'openai-compatible',
  LLM_BASE_URL: model.url,
  LLM_API_KEY: 'none',
  OBJECT_STORE_DIR: join(root, 'objects'),
  LOG_LEVEL: 'error',
});

const sluice = (env: Record<string, string>, ...args: string[]): string =>
  command(Object.assign({ HOME: root }, env), ...args);

async function openHouse(cluster: Cluster, temporal: TemporalServer, namespace: string): Promise<House> {
  const version = { folder: resolve('.'), env: environment(cluster, temporal, namespace) };
  const worker = await startProcess('worker', version);
  const api = await startProcess('api', version);
  return { temporal, parts: [api, worker], url: `http://127.0.0.1:${api.port}` };
}

async function loseHouse({ temporal, parts }: House): Promise<void> {
  await Promise.all(parts.map((part) => part.end()));
  await temporal.stop();
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs; await setTimeout(300))
    if (await holds().catch(() => false)) return;
  throw new Error(`${what}: not within ${WAIT_MS / 1_000} s`);
}

const statusOf = async (client: SluiceClient, id: string): Promise<string> =>
  (await client.call('getSessionProgress', { params: { id } })).status;

/** Some sessions have ended, some wait at a gate, some are in the middle of a step. */
async function makeSessions(client: SluiceClient): Promise<string[]> {
  const start = async (topic: string): Promise<string> =>
    (await client.call('createSession', { body: { topic, template: 'minimal' } })).id;
  const first = await Promise.all(Array.from({ length: SESSIONS - 2 }, (_, n) => start(`restore ${n}`)));
  for (const id of first)
    await until(`${id} at its gate`, async () => (await statusOf(client, id)) === 'waiting_approval');
  for (const id of first.slice(0, 2)) {
    while ((await statusOf(client, id)) !== 'completed') {
      if ((await statusOf(client, id)) === 'waiting_approval')
        await client.call('proceedNextPhase', { params: { id } }).catch(() => undefined);
      await setTimeout(300);
    }
  }
  const busy = await Promise.all([start('in the middle'), start('of a step')]);
  for (const id of busy)
    await until(`${id} under way`, async () => (await statusOf(client, id)) !== 'queued');
  return [...first, ...busy];
}

/** As people go on after the restore: each session is taken to its end, and read whole. */
async function finish(url: string, token: string, ids: readonly string[]): Promise<void> {
  const client = createClient({ baseUrl: url, token });
  await Promise.all(
    ids.map(async (id) => {
      const reviewer = await followed({ url, token }, id, WAIT_MS);
      if (reviewer.status !== 'completed') throw new Error(`${id} is ${reviewer.status}`);
      const reading = readEvents(url, token, id);
      await reading.ended;
      if (gapsOf(reading.positions) > 0) throw new Error(`${id} has a gap: ${reading.positions.join(' ')}`);
    }),
  );
  const { valid } = await client.call('verifyAuditLog', {});
  if (!valid) throw new Error('the audit log is broken');
}

async function newSystem(
  name: string,
): Promise<{ cluster: Cluster; folder: string; temporal: TemporalServer }> {
  const folder = join(root, name);
  const cluster = await startCluster(folder, bin);
  for (const database of ['sluice', 'temporal', 'temporal_visibility']) cluster.run('createdb', database);
  makeTemporalSchema(programs, cluster);
  const temporal = await startTemporal(programs, cluster, `${folder}-temporal.log`);
  makeNamespace(programs, temporal.address, 'sluice');
  return { cluster, folder, temporal };
}

const again = (before: number): number => {
  const seen = new Set(calls.slice(0, before));
  return calls.slice(before).filter((call) => seen.has(call)).length;
};

async function oneMoment(): Promise<void> {
  const { cluster, folder, temporal } = await newSystem('one');
  const env = environment(cluster, temporal, 'sluice');
  sluice(env, 'migrate');
  const token = sluice(env, 'create-admin', 'restore@example.org');
  const house = await openHouse(cluster, temporal, 'sluice');
  const ids = await makeSessions(createClient({ baseUrl: house.url, token }));
  const backup = join(root, 'base');
  const startedAt = performance.now();
  cluster.run('pg_basebackup', '-D', backup, '--wal-method=stream', '--checkpoint=fast');
  const backUpMs = performance.now() - startedAt;
  const before = calls.length;
  await loseHouse(house);
  await cluster.lose();

  const lostAt = performance.now();
  restoreBase(backup, folder);
  const restored = await startCluster(folder, bin);
  const server = await startTemporal(programs, restored, `${folder}-temporal.log`);
  const open = await openHouse(restored, server, 'sluice');
  const restoreMs = performance.now() - lostAt;
  await finish(open.url, token, ids);
  console.log(
    `one moment: back-up ${backUpMs.toFixed(0)} ms, restored and ready after ${restoreMs.toFixed(0)} ms, ${ids.length} sessions ended, ${again(before)} calls paid again`,
  );
  await loseHouse(open);
  await restored.stop();
}

async function twoMoments(): Promise<void> {
  const { cluster, temporal } = await newSystem('two');
  const env = environment(cluster, temporal, 'sluice');
  sluice(env, 'migrate');
  const token = sluice(env, 'create-admin', 'restore@example.org');
  const house = await openHouse(cluster, temporal, 'sluice');
  const ids = await makeSessions(createClient({ baseUrl: house.url, token }));
  const dump = join(root, 'sluice.dump');
  cluster.run('pg_dump', '--format=custom', '--file', dump, 'sluice');
  const before = calls.length;
  await loseHouse(house);
  await cluster.lose();

  const lostAt = performance.now();
  const fresh = await newSystem('three');
  fresh.cluster.run('pg_restore', '--no-owner', '--exit-on-error', '--dbname', 'sluice', dump);
  const freshEnv = environment(fresh.cluster, fresh.temporal, 'sluice');
  sluice(freshEnv, 'temporal', 'adopt');
  const open = await openHouse(fresh.cluster, fresh.temporal, 'sluice');
  const asked = { SLUICE_URL: open.url, SLUICE_API_KEY: token };
  const statuses = ['running', 'waiting_approval', 'paused', 'needs_attention'];
  const listed = statuses.map((status) =>
    sluice(asked, 'session', 'list', '--status', status, '--all', '-o', 'ids'),
  );
  const lost = listed
    .join('\n')
    .split('\n')
    .filter((id) => id !== '');
  for (const id of lost) sluice(asked, 'session', 'revive', id, '--reason', 'restored');
  const restoreMs = performance.now() - lostAt;
  await finish(open.url, token, ids);
  console.log(
    `two moments: restored, ${lost.length} sessions revived after ${restoreMs.toFixed(0)} ms, ${ids.length} sessions ended, ${again(before)} calls paid again`,
  );
  await loseHouse(open);
  await fresh.cluster.stop();
}

const ofTemporal = ['temporal', 'temporal_visibility'] as const;

/** Nothing is revived or adopted: the processes start as after any other outage. */
async function differentMoments(
  name: string,
  older: readonly string[],
  newer: readonly string[],
): Promise<void> {
  const { cluster, temporal } = await newSystem(name);
  const env = environment(cluster, temporal, 'sluice');
  sluice(env, 'migrate');
  const token = sluice(env, 'create-admin', 'restore@example.org');
  const house = await openHouse(cluster, temporal, 'sluice');
  const client = createClient({ baseUrl: house.url, token });
  const ids = await makeSessions(client);
  const dumpOf = (database: string): string => join(root, `${name}-${database}.dump`);
  const dump = (databases: readonly string[]): void => {
    for (const each of databases) cluster.run('pg_dump', '--format=custom', '--file', dumpOf(each), each);
  };
  dump(older);
  const late = await goOn(client, ids);
  dump(newer);
  const before = calls.length;
  await loseHouse(house);
  await cluster.lose();

  const folder = join(root, `${name}-restored`);
  const restored = await startCluster(folder, bin);
  for (const database of [...older, ...newer]) {
    restored.run('createdb', database);
    restored.run('pg_restore', '--no-owner', '--exit-on-error', '--dbname', database, dumpOf(database));
  }
  const server = await startTemporal(programs, restored, `${folder}-temporal.log`);
  const open = await openHouse(restored, server, 'sluice');
  console.log(`${name}:`);
  for (const fate of await fatesOf({ url: open.url, token }, [...ids, late])) console.log(`  ${fate}`);
  const { valid } = await createClient({ baseUrl: open.url, token }).call('verifyAuditLog', {});
  console.log(`  ${again(before)} calls paid again, the audit log is ${valid ? 'whole' : 'broken'}`);
  await loseHouse(open);
  await restored.stop();
}

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const ways: Readonly<Record<string, () => Promise<void>>> = {
  'one-moment': oneMoment,
  'two-moments': twoMoments,
  'older-temporal': () => differentMoments('older-temporal', ofTemporal, ['sluice']),
  'newer-temporal': () => differentMoments('newer-temporal', ['sluice'], ofTemporal),
};

try {
  mkdirSync(join(root, 'objects'));
  if (!existsSync('dist/api/main.js')) throw new Error('there is no build: npm run build');
  for (const [name, way] of Object.entries(ways)) if ((values.only ?? name) === name) await way();
} finally {
  await model.close();
  rmSync(root, { recursive: true, force: true });
}
// Streams of sessions that did not end are still read.
process.exit();
