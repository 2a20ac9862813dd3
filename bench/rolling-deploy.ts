/**
 * Effects of a rolling deploy on clients and on model bills. Two APIs behind a proxy and two workers serve
 * sessions that people approve and read live. Then each process is replaced by one of the new version, as the
 * Helm chart does it. It fails when a request failed, or when an event was lost or came twice. It fails when a
 * call of a model was paid twice, or when a session did not end.
 *
 * Run it with `DATABASE_URL=postgres://… TEMPORAL_ADDRESS=… node scripts/bench.mjs rolling-deploy --sessions 8
 * --rolls 2`. `--new <folder>` is the checkout of the new version, with a build. Without it the new version is
 * this checkout. `--versioned` gives the workers versions at Temporal and makes the new one current. `--pooler
 * 127.0.0.1:6432` is a PgBouncer that the processes go through. DATABASE_URL may make databases; the namespace
 * is for this run alone.
 *
 * Not looked at: several machines, a proxy that notices late, steps longer than the workers' grace of 20 s.
 */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { startModelServer } from '../test/support/models/server.js';
import { Reviewer } from './chaos/reviewer.js';
import { callsPaidTwice, type SeenCall } from './chaos/verdict.js';
import { sluice } from './support/command-line.js';
import { inOwnDatabase } from './support/own-database.js';
import { startBalancer, type Balancer } from './rolling/balancer.js';
import { startProcess, type Kind, type Running, type Version } from './rolling/process.js';
import { gapsOf, readEvents, type Reading } from './rolling/reader.js';
import { standingOf } from './rolling/standing.js';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '8' },
    rolls: { type: 'string', default: '2' },
    new: { type: 'string', default: '.' },
    versioned: { type: 'boolean', default: false },
    pooler: { type: 'string' },
  },
});
const [width, rolls] = [Number(values.sessions), Number(values.rolls)];
/** As `api.leaveSeconds` of the chart. */
const LEAVE_MS = 5_000;
const QUIET_MS = 5_000;
const CALM_MS = 120_000;
const DEPLOYMENT = `rolling-${randomBytes(4).toString('hex')}`;

interface House {
  readonly balancer: Balancer;
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
  readonly calls: readonly SeenCall[];
}

await inOwnDatabase('rolling', async (databaseUrl) => {
  const calls: SeenCall[] = [];
  const model = await startModelServer();
  model.reply((request, index) => {
    calls.push({ atMs: Date.now(), request });
    return { text: `Answer ${index}.`, frameDelayMs: 300 };
  });
  const balancer = await startBalancer();
  const env = {
    DATABASE_URL: pooledUrl(databaseUrl),
    DATABASE_DIRECT_URL: databaseUrl,
    TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'] ?? '',
    TEMPORAL_NAMESPACE: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
    SIGNING_SECRET: randomBytes(32).toString('hex'),
    LLM_PROVIDER: 'openai-compatible',
    LLM_BASE_URL: model.url,
    LLM_API_KEY: 'none',
    OBJECT_STORE_DIR: join('/tmp', `sluice-${DEPLOYMENT}`),
    RATE_LIMIT_PER_MINUTE: '1000000',
    LOG_LEVEL: 'error',
  };
  sluice(env, 'migrate');
  if (values.pooler !== undefined) await settleDatabase(databaseUrl);
  const token = sluice(env, 'create-admin', 'rolling@example.org');
  try {
    await deployUnderLoad({ balancer, env, token, calls });
  } finally {
    await balancer.close();
    await model.close();
  }
});

function pooledUrl(databaseUrl: string): string {
  if (values.pooler === undefined) return databaseUrl;
  return Object.assign(new URL(databaseUrl), { host: values.pooler }).href;
}

/** A pooler does not pass the settings of a connection on: the database has them, as docs/operations/pgbouncer.md says. */
async function settleDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const name = client.escapeIdentifier(client.database ?? '');
  for (const setting of [
    "timezone = 'UTC'",
    "statement_timeout = '30s'",
    "idle_in_transaction_session_timeout = '5s'",
  ])
    await client.query(`alter database ${name} set ${setting}`);
  await client.end();
}

async function deployUnderLoad(house: House): Promise<void> {
  let serving = await Promise.all(
    (['api', 'api', 'worker', 'worker'] as const).map((kind) => begin(house, kind, 0)),
  );
  await makeCurrent(0);
  const reviewers: Reviewer[] = [];
  const readings: Reading[] = [];
  let isLoading = true;
  let calmUntilMs = Infinity;
  const work = async (place: number): Promise<void> => {
    for (let n = 0; isLoading; n += 1) {
      const reviewer = new Reviewer({ url: house.balancer.url, token: house.token }, `Rolling ${place} ${n}`);
      reviewers.push(reviewer);
      const done = reviewer.follow(() => Date.now() > calmUntilMs);
      while (reviewer.id === '' && isLoading) await setTimeout(50);
      if (reviewer.id !== '') readings.push(readEvents(house.balancer.url, house.token, reviewer.id));
      await done;
    }
  };
  const load = Promise.all(Array.from({ length: width }, (_, place) => work(place)));
  const drains: { readonly kind: Kind; readonly ms: number }[] = [];
  for (let roll = 1; roll <= rolls; roll += 1) {
    await setTimeout(QUIET_MS);
    serving = await rollOver(house, serving, { roll, drains });
    console.log(`  version ${roll} serves`);
  }
  await setTimeout(QUIET_MS);
  isLoading = false;
  calmUntilMs = Date.now() + CALM_MS;
  await load;
  await Promise.all(readings.map(({ ended }) => Promise.race([ended, setTimeout(CALM_MS)])));
  await judge(house, { reviewers, readings, drains });
  for (const each of serving) await each.end();
}

/** Replaces the processes in turn: the new one is ready before the old one leaves. */
async function rollOver(
  house: House,
  serving: readonly Running[],
  { roll, drains }: { readonly roll: number; readonly drains: { kind: Kind; ms: number }[] },
): Promise<Running[]> {
  const fresh: Running[] = [];
  for (const old of serving) fresh.push(await begin(house, old.kind, roll));
  await makeCurrent(roll);
  for (const old of serving) {
    if (old.kind === 'api') {
      house.balancer.leave(old.port);
      await setTimeout(LEAVE_MS);
    }
    drains.push({ kind: old.kind, ms: await old.end() });
  }
  return fresh;
}

async function begin(house: House, kind: Kind, roll: number): Promise<Running> {
  const version: Version = {
    folder: resolve(roll === 0 ? '.' : values.new),
    env: values.versioned
      ? Object.assign({ WORKER_DEPLOYMENT: DEPLOYMENT, WORKER_BUILD_ID: `v${roll}` }, house.env)
      : house.env,
  };
  const started = await startProcess(kind, version);
  if (kind === 'api') house.balancer.join(started.port);
  return started;
}

/** As `temporal worker deployment set-current-version` does. */
async function makeCurrent(roll: number): Promise<void> {
  if (!values.versioned) return;
  const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
  const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
  const client = new Client({ connection, namespace });
  try {
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace,
      deploymentName: DEPLOYMENT,
      buildId: `v${roll}`,
      identity: 'rolling-deploy',
    });
  } finally {
    await connection.close();
  }
}

interface Seen {
  readonly reviewers: readonly Reviewer[];
  readonly readings: readonly Reading[];
  readonly drains: readonly { readonly kind: Kind; readonly ms: number }[];
}

async function judge(
  { balancer, calls, token, env }: House,
  { reviewers, readings, drains }: Seen,
): Promise<void> {
  const failed = balancer.passed.filter(({ status }) => status === 0 || status >= 500);
  const unfinished = reviewers.filter(({ id, ended }) => id !== '' && !ended);
  const gaps = readings.reduce((sum, { positions }) => sum + gapsOf(positions), 0);
  const twice = callsPaidTwice(calls, []);
  const slowest = (kind: Kind): string =>
    Math.max(...drains.filter((each) => each.kind === kind).map(({ ms }) => ms)).toFixed(0);
  console.table({
    'processes replaced': { found: drains.length, allowed: '' },
    sessions: { found: reviewers.length, allowed: '' },
    'sessions that did not end': { found: unfinished.length, allowed: 0 },
    requests: { found: balancer.passed.length, allowed: '' },
    'requests that failed': { found: failed.length, allowed: 0 },
    'events read': { found: readings.reduce((sum, { positions }) => sum + positions.length, 0), allowed: '' },
    'events lost or twice': { found: gaps, allowed: 0 },
    'calls of the model': { found: calls.length, allowed: '' },
    'calls paid twice': { found: twice, allowed: 0 },
    'slowest end of an API, ms': { found: slowest('api'), allowed: '' },
    'slowest end of a worker, ms': { found: slowest('worker'), allowed: '' },
  });
  for (const { line, status } of failed.slice(0, 20)) console.log(`failed: ${status} ${line}`);
  const asked = {
    url: balancer.url,
    token,
    temporalAddress: env['TEMPORAL_ADDRESS'] ?? '',
    namespace: env['TEMPORAL_NAMESPACE'] ?? '',
  };
  for (const { id, status } of unfinished)
    console.log(`did not end: ${id} ${status} ${await standingOf(asked, id)}`);
  process.exitCode = failed.length + unfinished.length + gaps + twice > 0 ? 1 : 0;
}
