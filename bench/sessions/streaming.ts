import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createSessionActivities } from '../../src/activities/sessions/activities.js';
import { createSessionStepActivities } from '../../src/activities/sessions/llm-activities.js';
import { DeltaBatcher } from '../../src/models/deltas/batcher.js';
import { createDeltaPublisher } from '../../src/models/deltas/channel.js';
import { builtInPrices } from '../../src/models/ledger/price-table.js';
import { createModel } from '../../src/models/model.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/pool.js';
import { createWorker } from '../../src/workers/worker.js';
import { testDeciders } from '../../test/support/deciders.js';
import { givenUser } from '../../test/support/runs.js';
import { startSession } from '../../test/workflows/sessions/fixture.js';
import type { TemplateDefinition } from '../../src/contracts/templates/template.js';
import { streamingSettings } from '../support/streaming-settings.js';
import type { Places } from './places.js';
import { listenerOf, postmasterOf, processorMsOf } from './processor-time.js';
import { serveModel, topicOf, type Served } from './provider.js';

/** STREAMS sessions in flight, answers of ANSWER_MS in PIECES, measured for SECONDS. */
const STREAMS = Number(process.env['STREAMS'] ?? 300);
const ANSWER_MS = Number(process.env['ANSWER_MS'] ?? 2_000);
const PIECES = Number(process.env['PIECES'] ?? 40);
const SECONDS = Number(process.env['SECONDS'] ?? 30);
const WARM_UP_SECONDS = 10;
const STARTERS = 8;

interface WorkerPlaces extends Pick<Places, 'url' | 'address' | 'namespace'> {
  readonly modelUrl: string;
}

type Role = 'provider' | 'worker';

export const isRole = (name: string | undefined): name is Role => name === 'provider' || name === 'worker';

export async function play(role: Role): Promise<void> {
  if (role === 'provider') return serveModel({ answerMs: ANSWER_MS, pieces: PIECES });
  const [places] = (await once(process, 'message')) as [WorkerPlaces];
  await runWorker(places);
}

/** Endless sessions, each at a step of a model that streams: the waits and the overhead of a step. */
export async function streaming(places: Places, definition: TemplateDefinition): Promise<void> {
  const children: ChildProcess[] = [];
  const start = (role: Role): ChildProcess => {
    const profile = process.env['PROFILE'];
    const execArgv = profile && role === 'worker' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const child = fork(process.argv[1] ?? '', [role], { execArgv });
    children.push(child);
    return child;
  };
  try {
    const provider = start('provider');
    const { url: modelUrl } = (await answerOf(provider)) as { url: string };
    const worker = start('worker');
    const { url, address, namespace } = places;
    worker.send({ url, address, namespace, modelUrl } satisfies WorkerPlaces);
    await answerOf(worker);
    await startAll(places, definition);
    await delay(WARM_UP_SECONDS * 1_000);
    const parts = {
      worker: worker.pid ?? 0,
      PostgreSQL: await postmasterOf(places.pool),
      Temporal: listenerOf(places.address),
    };
    const before = Object.values(parts).map(processorMsOf);
    provider.send('begin');
    await delay(SECONDS * 1_000);
    provider.send('end');
    const served = (await answerOf(provider)) as Served;
    const after = Object.values(parts).map(processorMsOf);
    const costs = Object.keys(parts).map((name, index) => ({
      name,
      ms: ((after[index] ?? 0) - (before[index] ?? 0)) / served.steps,
    }));
    await report(places, served, costs);
    worker.send('stop');
    await once(worker, 'exit');
  } finally {
    children.forEach((child) => child.kill('SIGKILL'));
  }
}

async function startAll({ pool, url, ...temporal }: Places, definition: TemplateDefinition): Promise<void> {
  const owner = await givenUser(pool);
  const nativeConnection = (): never => {
    throw new Error('the worker of this part is a process of its own');
  };
  const rig = { database: { pool, url }, temporal: { ...temporal, nativeConnection } };
  let next = 0;
  const startSome = async (): Promise<void> => {
    while (next < STREAMS) {
      const topic = topicOf((next += 1));
      await startSession(rig, owner, { topic, autoProgressPhases: true }, { definition });
    }
  };
  await Promise.all(Array.from({ length: STARTERS }, startSome));
}

async function report(
  { pool }: Places,
  served: Served,
  costs: readonly { name: string; ms: number }[],
): Promise<void> {
  const { rows } = await pool.query<{ status: string }>(
    `select status from runs group by status having status <> 'running' and status <> 'queued'`,
  );
  if (rows.length > 0)
    throw new Error(`sessions are ${rows.map(({ status }) => status).join(' and ')} already`);
  const sorted = served.betweenMs.sort((one, other) => one - other);
  const quantile = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(0);
  const most = STREAMS / (ANSWER_MS / 1_000);
  console.log(
    `${STREAMS} sessions in flight, ${PIECES} pieces in ${ANSWER_MS} ms: ${(served.steps / served.seconds).toFixed(0)} steps/s of ${most.toFixed(0)} that the model allows`,
  );
  console.log(
    `a step waits beyond the model: p50 ${quantile(0.5)} ms, p95 ${quantile(0.95)} ms (wanted: p95 150 or less)`,
  );
  console.log(
    `processor time a step: ${costs.map(({ name, ms }) => `${name} ${ms.toFixed(1)} ms`).join(', ')} (wanted: 6 or less for the first two)`,
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
    model: createModel(streamingSettings(modelUrl, STREAMS), builtInPrices),
    tools: [],
    contextMaxTokens: 8_000,
    openDeltas: (step) => deltas.open(step),
  });
  const native = await NativeConnection.connect({ address });
  const worker = await createWorker({
    connection: native,
    namespace,
    queues: ['flow', 'llm'],
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: `${process.cwd()}/bench/sessions/workflows.ts`,
      logger: new DefaultLogger('ERROR'),
    }),
    activities: { flow: { projectSession, recallSteps }, llm: { runSessionStep }, sql: {}, notify: {} },
    concurrency: { llm: STREAMS },
  });
  const running = worker.run();
  process.send?.({ ready: true });
  process.once('message', () => {
    // Its sessions go on for minutes. A profile is written at a regular exit alone.
    process.exit(0);
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
