import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { ActivitiesByQueue } from '../../src/activities/index.js';
import { createSessionActivities } from '../../src/activities/sessions/activities.js';
import { createSessionStepActivities } from '../../src/activities/sessions/llm-activities.js';
import { DeltaBatcher } from '../../src/models/deltas/batcher.js';
import { createDeltaPublisher } from '../../src/models/deltas/channel.js';
import { builtInPrices } from '../../src/models/ledger/price-table.js';
import { createModel } from '../../src/models/model.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { createWorker, type WorkerGroup } from '../../src/workers/worker.js';
import { testDeciders } from '../../test/support/deciders.js';
import { startSession } from '../../test/support/sessions/fixture.js';
import type { TemplateDefinition } from '../../src/contracts/templates/template.js';
import { streamingSettings } from '../support/streaming-settings.js';
import type { Places } from './places.js';
import { listenerOf, postmasterOf, processorMsOf } from './processor-time.js';
import { serveModel, topicOf } from './provider.js';
import { AnswerCount, type Served } from './served.js';
import { givenUser } from '../../test/support/people.js';

/** Numbers in flight, answers of ANSWER_MS in PIECES, each number measured for SECONDS. */
const STREAMS = (process.env['STREAMS'] ?? '20,50,100,150').split(',').map(Number);
const ANSWER_MS = Number(process.env['ANSWER_MS'] ?? 2_000);
const PIECES = Number(process.env['PIECES'] ?? 40);
const SECONDS = Number(process.env['SECONDS'] ?? 20);
const WARM_UP_SECONDS = 10;
const STARTERS = 8;

interface WorkerPlaces extends Pick<Places, 'url' | 'address' | 'namespace'> {
  readonly modelUrl: string;
}

type Role = 'provider' | 'worker' | 'bare';

/** The figures of one side, at one number in flight. */
interface Side {
  readonly stepsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  /** Processor time a step of each part. */
  readonly costs: Readonly<Record<string, number>>;
}

export const isRole = (name: string | undefined): name is Role =>
  name === 'provider' || name === 'worker' || name === 'bare';

export async function play(role: Role): Promise<void> {
  if (role === 'provider') return serveModel({ answerMs: ANSWER_MS, pieces: PIECES });
  const [places] = (await once(process, 'message')) as [WorkerPlaces];
  await (role === 'worker' ? runWorker(places) : runBareWorker(places));
}

/** Endless sessions at a step of a model that streams, and before them as many bare activities of that length. */
export async function streaming(places: Places, definition: TemplateDefinition): Promise<void> {
  for (const inFlight of STREAMS) {
    const bare = await bareSide(places, inFlight);
    const ours = await sessionSide(places, inFlight, definition);
    report(inFlight, bare, ours);
  }
}

function bareSide(places: Places, inFlight: number): Promise<Side> {
  const run = randomBytes(4).toString('hex');
  return withChildren(async (start) => {
    const worker = start('bare', places);
    await answerOf(worker);
    return measured(places, { worker, counter: worker }, () =>
      startAll(inFlight, async (number) => {
        const workflowId = `bare-${run}-${number}`;
        await places.client.workflow.start('bareAnswers', { taskQueue: 'flow', workflowId });
        return workflowId;
      }),
    );
  });
}

function sessionSide(places: Places, inFlight: number, definition: TemplateDefinition): Promise<Side> {
  return withChildren(async (start) => {
    const provider = start('provider');
    const { url: modelUrl } = (await answerOf(provider)) as { url: string };
    const worker = start('worker', { ...places, modelUrl });
    await answerOf(worker);
    const { pool, url, ...temporal } = places;
    const owner = await givenUser(pool);
    const nativeConnection = (): never => {
      throw new Error('the worker of this part is a process of its own');
    };
    const rig = { database: { pool, url }, temporal: { ...temporal, nativeConnection } };
    const side = await measured(places, { worker, counter: provider }, () =>
      startAll(inFlight, async (number) => {
        const asked = { topic: topicOf(number), autoProgressPhases: true };
        return `cot-session:${await startSession(rig, owner, asked, { definition })}`;
      }),
    );
    await expectAllRunning(places);
    return side;
  });
}

/** All of them end with `work`, the worker by itself: a profile is written at a regular exit alone. */
async function withChildren(
  work: (start: (role: Role, places?: Partial<WorkerPlaces>) => ChildProcess) => Promise<Side>,
): Promise<Side> {
  const children: ChildProcess[] = [];
  const start = (
    role: Role,
    { url, address, namespace, modelUrl }: Partial<WorkerPlaces> = {},
  ): ChildProcess => {
    const profile = process.env['PROFILE'];
    const execArgv = profile && role === 'worker' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const child = fork(process.argv[1] ?? '', [role], { execArgv });
    children.push(child);
    if (url !== undefined) child.send({ url, address, namespace, modelUrl });
    return child;
  };
  try {
    return await work(start);
  } finally {
    children.forEach((child) => child.kill('SIGKILL'));
  }
}

async function measured(
  places: Places,
  { worker, counter }: { readonly worker: ChildProcess; readonly counter: ChildProcess },
  startThem: () => Promise<string[]>,
): Promise<Side> {
  const workflowIds = await startThem();
  await delay(WARM_UP_SECONDS * 1_000);
  const parts = {
    worker: worker.pid ?? 0,
    PostgreSQL: await postmasterOf(places.pool),
    Temporal: listenerOf(places.address),
  };
  const before = Object.values(parts).map(processorMsOf);
  counter.send('begin');
  await delay(SECONDS * 1_000);
  counter.send('end');
  const { steps, seconds, betweenMs } = (await answerOf(counter)) as Served;
  const after = Object.values(parts).map(processorMsOf);
  worker.send('stop');
  await once(worker, 'exit');
  await terminateAll(places, workflowIds);
  const costs = Object.keys(parts).map((name, index) => [
    name,
    ((after[index] ?? 0) - (before[index] ?? 0)) / steps,
  ]);
  const sorted = betweenMs.sort((one, other) => one - other);
  const quantile = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return {
    stepsPerSecond: steps / seconds,
    p50: quantile(0.5),
    p95: quantile(0.95),
    costs: Object.fromEntries(costs) as Record<string, number>,
  };
}

async function startAll(count: number, startOne: (number: number) => Promise<string>): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const startSome = async (): Promise<void> => {
    while (next < count) ids.push(await startOne((next += 1)));
  };
  await Promise.all(Array.from({ length: STARTERS }, startSome));
  return ids;
}

/** The next worker would go on with them. */
async function terminateAll({ client }: Places, workflowIds: readonly string[]): Promise<void> {
  const left = [...workflowIds];
  const endSome = async (): Promise<void> => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      await client.workflow.getHandle(id).terminate('the measurement is over');
  };
  await Promise.all(Array.from({ length: STARTERS }, endSome));
}

async function expectAllRunning({ pool }: Places): Promise<void> {
  const { rows } = await pool.query<{ status: string }>(
    `select status from runs group by status having status <> 'running' and status <> 'queued'`,
  );
  if (rows.length > 0)
    throw new Error(`sessions are ${rows.map(({ status }) => status).join(' and ')} already`);
}

function report(inFlight: number, bare: Side, ours: Side): void {
  const most = inFlight / (ANSWER_MS / 1_000);
  console.log(
    `${inFlight} in flight, ${PIECES} pieces in ${ANSWER_MS} ms, at most ${most.toFixed(0)} steps/s (wanted: a wait of 150 ms at p95; 6 ms of worker and PostgreSQL):`,
  );
  show('bare activities', bare);
  show('sessions', ours);
  // The baseline writes nothing to this PostgreSQL.
  const ratios = ['worker', 'Temporal'].map(
    (name) => `${name} ${((ours.costs[name] ?? NaN) / (bare.costs[name] ?? NaN)).toFixed(1)}`,
  );
  ratios.push(`together ${(totalOf(ours) / totalOf(bare)).toFixed(1)}`);
  console.log(`  ratios: p95 ${(ours.p95 / bare.p95).toFixed(1)}, ${ratios.join(', ')}`);
}

function totalOf({ costs }: Side): number {
  return Object.values(costs).reduce((sum, ms) => sum + ms, 0);
}

function show(name: string, side: Side): void {
  const { stepsPerSecond, p50, p95, costs } = side;
  const total = totalOf(side);
  const each = Object.entries(costs).map(([part, ms]) => `${part} ${ms.toFixed(1)}`);
  console.log(
    `  ${name}: ${stepsPerSecond.toFixed(1)} steps/s, a step waits p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms; ms of processor time a step: ${each.join(', ')}, together ${total.toFixed(1)}, so a vCPU holds ${(1_000 / total).toFixed(0)} steps/s`,
  );
}

/** The worker as the product runs it, with words for readers, and a provider that is another process. */
async function runWorker({ url, address, namespace, modelUrl }: WorkerPlaces): Promise<void> {
  const logger = createLogger({ level: 'warn', service: 'bench' });
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const pool = createPool({ databaseUrl: url, max: 10, applicationName: 'bench-worker', logger });
  const deltas = new DeltaBatcher({ publish: createDeltaPublisher(pool) });
  const { projectSession, recallSteps } = createSessionActivities({ pool, deciders: testDeciders });
  const { runSessionStep } = createSessionStepActivities({
    pool,
    model: createModel(streamingSettings(modelUrl, Math.max(...STREAMS)), builtInPrices),
    tools: [],
    contextMaxTokens: 8_000,
    openDeltas: (step) => deltas.open(step),
  });
  const activities = { flow: { projectSession, recallSteps }, llm: { runSessionStep }, sql: {}, notify: {} };
  await runUntilStopped(await workerFor({ address, namespace }, activities));
}

/** The same worker with an activity that only waits, and nothing of the product's in it. */
async function runBareWorker(places: WorkerPlaces): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const count = new AnswerCount();
  const answer = async (): Promise<void> => {
    const workflowId = activityInfo().workflowExecution?.workflowId ?? '';
    count.begins(workflowId);
    await delay(ANSWER_MS);
    count.ends(workflowId);
  };
  await runUntilStopped(await workerFor(places, { flow: {}, llm: { answer }, sql: {}, notify: {} }));
}

async function workerFor(
  { address, namespace }: Pick<WorkerPlaces, 'address' | 'namespace'>,
  activities: ActivitiesByQueue,
): Promise<WorkerGroup> {
  return createWorker({
    connection: await NativeConnection.connect({ address }),
    namespace,
    queues: ['flow', 'llm'],
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: `${process.cwd()}/bench/sessions/workflows.ts`,
      logger: new DefaultLogger('ERROR'),
    }),
    activities,
    concurrency: { llm: Math.max(...STREAMS) },
  });
}

async function runUntilStopped(worker: WorkerGroup): Promise<void> {
  const running = worker.run();
  process.send?.({ ready: true });
  // Its workflows go on for minutes. A profile is written at a regular exit alone.
  process.on('message', (message) => {
    if (message === 'stop') process.exit(0);
  });
  await running;
}

async function answerOf(child: ChildProcess): Promise<unknown> {
  const [answer] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('a process of the bench has ended');
    }),
  ])) as [unknown];
  return answer;
}
