/**
 * A session of 15 no-op activities in sequence, on the Temporal server with the flags of `npm start`. The
 * baseline is the same on the dev server with its defaults. Both also show how late timers are. Then each
 * further lever is tried on the former.
 *
 * Servers, worker and client share one machine. Both servers are up all the time and take turns, so that any
 * other load hits both. Run it with `node scripts/bench.mjs engine`; TEMPORAL_CLI_PATH names the program.
 *
 * Not measured: a network, a Temporal server on PostgreSQL, many workers, payloads, the hours after the start.
 * The database writes of real steps are in bench/sessions.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { cacheFolder } from '../src/dev/temporal/cache-folder.js';
import { randomPort } from '../src/dev/ports.js';
import { createTemporalServer } from '../src/dev/temporal/temporal.js';
import { resolveTemporalBinary } from '../src/dev/temporal/binary.js';
import { loadConfig } from '../src/platform/config.js';

const STEPS = 15;
const TIMER_MS = 100;
const ROUNDS = 3;
const ONE_BY_ONE = 5;
const AT_ONCE = 16;
const HOST = '127.0.0.1';

interface Server {
  readonly address: string;
  stop(): Promise<void>;
}

interface Measured {
  /** Of one session by itself. */
  readonly sessionMs: number;
  /** With many sessions at once. */
  readonly stepsPerSecond: number;
}

interface Way {
  readonly workflow: string;
  readonly worker?: Partial<WorkerOptions>;
  readonly eagerStart?: boolean;
}

const plain: Way = { workflow: 'regularSession' };

let sessions = 0;

// Ours is the only handler of signals: the SDK's would stop the worker and leave the bench waiting for it.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-engine-'));
const workflowBundle = await bundleWorkflowCode({
  workflowsPath: resolve('bench/engine/workflows.ts'),
  logger: new DefaultLogger('ERROR'),
});
const servers: Server[] = [];
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void clean().then(() => process.exit(1)));
try {
  const binary = await binaryPath();
  const asItComes = await startAsItComes(binary);
  const ours = await startOurs(binary);
  await compare(asItComes, ours);
  await tryLevers(ours);
} finally {
  await clean();
}

async function clean(): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}

async function binaryPath(): Promise<string> {
  const { temporalCliPath, home } = loadConfig();
  const options = {
    set: temporalCliPath,
    cacheFolder: cacheFolder(undefined, home),
    onProgress: console.log,
  };
  return (await resolveTemporalBinary(options)).path;
}

async function startAsItComes(binary: string): Promise<Server> {
  const [port, uiPort] = [await randomPort(HOST), await randomPort(HOST)];
  const child = spawn(
    binary,
    [
      'server',
      'start-dev',
      '--log-level',
      'error',
      '--db-filename',
      join(folder, 'plain.db'),
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
    ],
    { stdio: 'ignore' },
  );
  return keep({
    address: `${HOST}:${port}`,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  });
}

async function startOurs(binary: string): Promise<Server> {
  const [port, uiPort] = [await randomPort(HOST), await randomPort(HOST)];
  const part = createTemporalServer({
    binary,
    folder,
    databaseFile: join(folder, 'ours.db'),
    logFile: join(folder, 'ours.log'),
    port,
    uiPort,
    namespace: 'default',
  });
  await part.start();
  return keep({ address: `${HOST}:${port}`, stop: () => part.stop() });
}

function keep(server: Server): Server {
  servers.push(server);
  return server;
}

async function compare(asItComes: Server, ours: Server): Promise<void> {
  const [before, after]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    before.push(await measure(asItComes, plain));
    after.push(await measure(ours, plain));
  }
  const [one, two] = [medianOf(before), medianOf(after)];
  console.log(`${STEPS} steps a session; median of ${ROUNDS} rounds in turn`);
  print('dev server as it comes', one);
  print('as npm start runs it', two);
  verdict('one session', one.sessionMs / two.sessionMs, 4);
  verdict('throughput', two.stepsPerSecond / one.stepsPerSecond, 2.5);
  const late = { plain: await timerLateMs(asItComes), ours: await timerLateMs(ours) };
  console.log(
    `a timer of ${TIMER_MS} ms is late by ${late.plain.toFixed(0)} ms as it comes, ${late.ours.toFixed(0)} ms as npm start runs it`,
  );
}

async function tryLevers(ours: Server): Promise<void> {
  const autoscaling = { type: 'autoscaling', minimum: 2, initial: 5, maximum: 50 } as const;
  const levers: [string, Way][] = [
    [
      'activities not dispatched eagerly (what the standard gives)',
      { workflow: 'sessionWithoutEagerDispatch' },
    ],
    ['local activities', { workflow: 'localSession' }],
    ['local activities, eager start', { workflow: 'localSession', eagerStart: true }],
    ['eager start', { ...plain, eagerStart: true }],
    [
      'pollers that scale by themselves',
      {
        ...plain,
        worker: { workflowTaskPollerBehavior: autoscaling, activityTaskPollerBehavior: autoscaling },
      },
    ],
    [
      'more tasks at once (120 workflow tasks, 60 pollers)',
      { ...plain, worker: { maxConcurrentWorkflowTaskExecutions: 120, maxConcurrentWorkflowTaskPolls: 60 } },
    ],
    ['two workflow threads', { ...plain, worker: { workflowThreadPoolSize: 2 } }],
    ['no cache of workflows (what the cache gives)', { ...plain, worker: { maxCachedWorkflows: 0 } }],
  ];
  console.log('\nfurther levers, each against the same server without it, measured next to each other');
  for (const [name, way] of levers) {
    const without = await measure(ours, plain);
    const withIt = await measure(ours, way);
    const session = without.sessionMs / withIt.sessionMs;
    const throughput = withIt.stepsPerSecond / without.stepsPerSecond;
    print(name, withIt);
    console.log(`${' '.repeat(62)}session ×${session.toFixed(2)}  throughput ×${throughput.toFixed(2)}`);
  }
}

async function measure(server: Server, way: Way): Promise<Measured> {
  return withWorker(server, way, async (client) => {
    await session(client, way);
    return { sessionMs: await oneByOne(client, way), stepsPerSecond: await atOnce(client, way) };
  });
}

async function timerLateMs(server: Server): Promise<number> {
  const way: Way = { workflow: 'timerSession' };
  const ms = await withWorker(server, way, (client) => oneByOne(client, way));
  return ms / STEPS - TIMER_MS;
}

async function withWorker<Result>(
  server: Server,
  way: Way,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(server.address);
  const worker = await Worker.create({
    connection,
    taskQueue: 'bench',
    workflowBundle,
    activities: { step: () => Promise.resolve() },
    ...way.worker,
  });
  const client = new Client({ connection });
  const running = worker.run();
  try {
    return await work(client);
  } finally {
    worker.shutdown();
    await running;
    await connection.close();
  }
}

/** The server as it comes says nothing about being ready, so it is asked until it answers. */
async function connect(address: string): Promise<NativeConnection> {
  for (let tries = 0; ; tries += 1) {
    try {
      const connection = await NativeConnection.connect({ address });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return connection;
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

async function session(client: Client, way: Way): Promise<void> {
  sessions += 1;
  await client.workflow.execute(way.workflow, {
    workflowId: `bench-${process.pid}-${sessions}`,
    taskQueue: 'bench',
    args: [STEPS, TIMER_MS],
    ...(way.eagerStart === true ? { requestEagerStart: true } : {}),
  });
}

async function oneByOne(client: Client, way: Way): Promise<number> {
  const times: number[] = [];
  for (let done = 0; done < ONE_BY_ONE; done += 1) {
    const startedAt = performance.now();
    await session(client, way);
    times.push(performance.now() - startedAt);
  }
  return median(times);
}

async function atOnce(client: Client, way: Way): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => session(client, way)));
  return (AT_ONCE * STEPS * 1_000) / (performance.now() - startedAt);
}

function medianOf(all: readonly Measured[]): Measured {
  return {
    sessionMs: median(all.map((each) => each.sessionMs)),
    stepsPerSecond: median(all.map((each) => each.stepsPerSecond)),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(name: string, { sessionMs, stepsPerSecond }: Measured): void {
  const figures = `${sessionMs.toFixed(0).padStart(6)} ms a session ${stepsPerSecond.toFixed(0).padStart(7)} steps/s`;
  console.log(`${name.padEnd(62)}${figures}`);
}

function verdict(what: string, ratio: number, wanted: number): void {
  const met = ratio >= wanted;
  console.log(`${what}: ×${ratio.toFixed(2)} (wanted: ≥ ${wanted}) ${met ? 'met' : 'MISSED'}`);
  if (!met) process.exitCode = 1;
}
