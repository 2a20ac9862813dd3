/**
 * Sessions that wait while workers with pinned versions are replaced. The program prints the version of each session.
 * It prints the answer to a command when the workers of a version are gone. It moves that session to the current
 * version and takes it to its end. Last comes the time until Temporal calls the old version drained.
 *
 * DATABASE_URL=postgres://… TEMPORAL_ADDRESS=… TEMPORAL_CLI=temporal node scripts/bench.mjs pinned-versions
 * DATABASE_URL may make databases; the namespace is for this run alone. Needs a build. It fails when a session does not end.
 *
 * Not looked at: two different releases, sessions that outgrow their history.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createClient, type SluiceClient } from '../src/client/client.js';
import { workflowIdOf } from '../src/contracts/names.js';
import { sluice } from './support/command-line.js';
import { inOwnDatabase } from './support/own-database.js';
import { startProcess, type Running } from './rolling/process.js';

const address = process.env['TEMPORAL_ADDRESS'] ?? '';
const namespace = process.env['TEMPORAL_NAMESPACE'] ?? 'default';
const deployment = `pinned-${randomBytes(4).toString('hex')}`;
const WAIT_MS = 60_000;
const DRAIN_MS = 420_000;

/** The `temporal` command, as docs/operations/rolling-deploys.md has it. */
function temporal(...args: string[]): string {
  const all = [...args, '--address', address, '--namespace', namespace, '-o', 'json'];
  return execFileSync(process.env['TEMPORAL_CLI'] ?? 'temporal', all, { encoding: 'utf8' });
}

const makeCurrent = (buildId: string): string =>
  temporal(
    'worker',
    'deployment',
    'set-current-version',
    '--yes',
    '--deployment-name',
    deployment,
    '--build-id',
    buildId,
  );

function versionOf(id: string): string {
  const described = temporal('workflow', 'describe', '--workflow-id', workflowIdOf('cot-session', id));
  return /"versioningInfo": \{[^]*?"buildId": "(v\d)"/.exec(described)?.[1] ?? 'none';
}

function drainageOf(buildId: string): string {
  const args = ['--deployment-name', deployment, '--build-id', buildId];
  const described = temporal('worker', 'deployment', 'describe-version', ...args);
  return /"drainageStatus": "(\w+)"/.exec(described)?.[1] ?? 'none';
}

await inOwnDatabase('pinned', async (databaseUrl) => {
  const env = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    SIGNING_SECRET: randomBytes(32).toString('hex'),
    LLM_PROVIDER: 'offline',
    OFFLINE_LLM_LATENCY_MS: '0',
    OBJECT_STORE_DIR: join('/tmp', `sluice-${deployment}`),
    WORKER_DEPLOYMENT: deployment,
    WORKER_VERSIONING: 'pinned',
    LOG_LEVEL: 'error',
  };
  sluice(env, 'migrate');
  const token = sluice(env, 'create-admin', 'pinned@example.org');
  const workerOf = (buildId: string): Promise<Running> =>
    startProcess('worker', { folder: resolve('.'), env: Object.assign({ WORKER_BUILD_ID: buildId }, env) });
  const api = await startProcess('api', { folder: resolve('.'), env });
  const client = createClient({ baseUrl: `http://127.0.0.1:${api.port}`, token, retries: 0 });
  const serving: Running[] = [api];
  try {
    const first = await workerOf('v1');
    serving.push(first);
    makeCurrent('v1');
    const [patient, stranded] = [await startOne(client), await startOne(client)];
    const second = await workerOf('v2');
    serving.push(second);
    makeCurrent('v2');
    const fresh = await startOne(client);
    say('a session of before, at its gate', versionOf(patient));
    say('a session of after', versionOf(fresh));
    await finish(client, patient);
    say('the session of before, at its end', versionOf(patient));
    await finish(client, fresh);
    say('v1 with one session open', drainageOf('v1'));

    await first.end();
    serving.splice(serving.indexOf(first), 1);
    say('a command without a worker of its version', await approve(client, stranded));
    temporal(
      'workflow',
      'update-options',
      '--workflow-id',
      workflowIdOf('cot-session', stranded),
      '--versioning-override-behavior',
      'auto_upgrade',
    );
    await finish(client, stranded);
    say('the session that was moved, at its end', versionOf(stranded));
    const movedAt = Date.now();
    while (drainageOf('v1') !== 'drained' && Date.now() - movedAt < DRAIN_MS) await setTimeout(5_000);
    say('v1 at the end', `${drainageOf('v1')} after ${Math.round((Date.now() - movedAt) / 1_000)} s`);
  } finally {
    for (const each of serving) await each.end();
  }
});

function say(what: string, found: string): void {
  console.log(`${what}: ${found}`);
}

async function statusOf(client: SluiceClient, id: string): Promise<string> {
  return (await client.call('getSessionProgress', { params: { id } })).status;
}

async function until(client: SluiceClient, id: string, wanted: readonly string[]): Promise<void> {
  for (const endMs = Date.now() + WAIT_MS; Date.now() < endMs; await setTimeout(200))
    if (wanted.includes(await statusOf(client, id))) return;
  throw new Error(`${id} is ${await statusOf(client, id)}, not ${wanted.join(' or ')}`);
}

async function startOne(client: SluiceClient): Promise<string> {
  const { id } = await client.call('createSession', { body: { topic: 'pinned', template: 'minimal' } });
  await until(client, id, ['waiting_approval']);
  return id;
}

/** The status of the answer, with its code. */
async function approve(client: SluiceClient, id: string): Promise<string> {
  return client.call('proceedNextPhase', { params: { id } }).then(
    () => '200',
    (problem: unknown) => String(problem),
  );
}

async function finish(client: SluiceClient, id: string): Promise<void> {
  const endMs = Date.now() + WAIT_MS;
  while ((await statusOf(client, id)) !== 'completed') {
    if (Date.now() > endMs) throw new Error(`${id} did not end`);
    if ((await statusOf(client, id)) === 'waiting_approval') await approve(client, id);
    await setTimeout(200);
  }
}
