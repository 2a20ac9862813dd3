/**
 * Cost of a session over Temporal itself. Whole sessions of five phases without gates, with a model that
 * answers at once. The baseline is a bare workflow of 15 activities that do nothing, on the same server and
 * worker, in turns. Then a worker with many sessions at a gate: the time from an approval to the next model
 * call.
 *
 * `sessions steps` measures throughput and a lone session only, `sessions waiting` the gates. The second part, alone with
 * `sessions streaming`: many sessions in flight with a model that streams. Provider, worker, PostgreSQL, Temporal
 * server and this program are processes of their own on one machine.
 *
 * Not measured: a network, a real model, several workers, readers of the streams. SESSIONS (20) at once in a
 * round; WAITING (1000) at a gate. STREAMS (20,50,100,150 in flight, one after the other), ANSWER_MS (2000), PIECES (40)
 * and SECONDS (20) are of the second part. PROFILE is a folder for processor profiles of its worker. The baseline of the
 * second part is as many workflows of bare activities, each as long as an answer.
 */
import { testDeciders } from '../test/support/deciders.js';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createSessionActivities } from '../src/activities/sessions/activities.js';
import { createSessionStepActivities } from '../src/activities/sessions/llm-activities.js';
import type { RunSessionStepInput, StepOutcome } from '../src/contracts/sessions/workflow.js';
import type { Principal } from '../src/contracts/users/principal.js';
import type { TemplateDefinition } from '../src/contracts/templates/template.js';
import { createWorker } from '../src/workers/worker.js';
import { commandsOf } from '../test/support/sessions/asks.js';
import {
  readProgress,
  scriptedModel,
  send,
  startSession,
  threePhases,
  type ScriptedModel,
  type SessionRig,
} from '../test/support/sessions/fixture.js';
import { inOwnPlaces, type Places } from './sessions/places.js';
import { isRole, play, streaming } from './sessions/streaming.js';
import { givenUser } from '../test/support/people.js';

const SESSIONS = Number(process.env['SESSIONS'] ?? 20);
const WAITING = Number(process.env['WAITING'] ?? 1_000);
const ROUNDS = 3;
const STEPS = 15;
const APPROVALS = 40;

const five: TemplateDefinition = {
  ...threePhases,
  name: 'five',
  phases: [1, 2, 3, 4, 5].map((number) => ({ ...threePhases.phases[0]!, key: `phase-${number}` })),
};

interface Bench {
  readonly rig: SessionRig;
  readonly owner: Principal;
  readonly model: ScriptedModel;
  /** When the activity of a bare gate began. */
  readonly bareCalls: number[];
  /** Lets an activity run its own step only, as it does with a slow model. */
  oneByOne(is: boolean): void;
}

const parts: Readonly<Record<string, (places: Places) => Promise<void>>> = {
  streaming: streamed,
  steps: (places) => withWorker(places, quickSteps),
  waiting: (places) => withWorker(places, waiting),
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const fileOf = (path: string): string => fileURLToPath(new URL(path, `file://${process.cwd()}/`));

const role = process.argv[2];
if (isRole(role)) await play(role);
else await inOwnPlaces(parts[role ?? ''] ?? all);

async function all(places: Places): Promise<void> {
  await withWorker(places, async (bench) => {
    await quickSteps(bench);
    await waiting(bench);
  });
  await streamed(places);
}

async function quickSteps(bench: Bench): Promise<void> {
  await throughput(bench);
  await oneAlone(bench);
}

/** Sessions that are long enough to be in flight all the time. */
async function streamed(places: Places): Promise<void> {
  const phases = Array.from({ length: 20 }, (_, index) => ({
    ...five.phases[0]!,
    key: `phase-${index + 1}`,
  }));
  await streaming(places, { ...five, name: 'twenty', phases });
}

async function throughput({ rig, owner, oneByOne }: Bench): Promise<void> {
  await timed(() => bareRuns(rig, 5));
  await timed(() => sessions(rig, owner, 5));
  // Short turns, and their sums: whatever else the machine does meets both sides alike.
  let [bareMs, sessionMs, stepwiseMs] = [0, 0, 0];
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    bareMs += await timed(() => bareRuns(rig, SESSIONS));
    sessionMs += await timed(() => sessions(rig, owner, SESSIONS));
    oneByOne(true);
    stepwiseMs += await timed(() => sessions(rig, owner, SESSIONS));
    oneByOne(false);
  }
  const rate = (ms: number): string => ((2 * ROUNDS * SESSIONS * STEPS * 1_000) / ms).toFixed(0);
  print(
    `${SESSIONS} at once: sessions ${rate(sessionMs)} steps/s, bare ${rate(bareMs)} steps/s, ratio ${(bareMs / sessionMs).toFixed(2)} (wanted: 1.50 or more)`,
  );
  print(
    `the same with one activity a step: ${rate(stepwiseMs)} steps/s, ratio ${(bareMs / stepwiseMs).toFixed(2)} (wanted: 0.90 or more)`,
  );
}

async function oneAlone({ rig, owner }: Bench): Promise<void> {
  const times: { bare: number; session: number }[] = [];
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    const bare = await timed(() => bareRuns(rig, 1));
    times.push({ bare, session: await timed(() => sessions(rig, owner, 1)) });
  }
  const [bare, session] = [middle(times.map((each) => each.bare)), middle(times.map((each) => each.session))];
  print(
    `one alone: session ${session.toFixed(0)} ms, bare ${bare.toFixed(0)} ms, ratio ${(session / bare).toFixed(2)} (wanted: 1.10 or less)`,
  );
}

async function waiting(bench: Bench): Promise<void> {
  const { rig, owner, model } = bench;
  const before = await memoryMb();
  const ids: string[] = [];
  while (ids.length < WAITING) {
    const batch = Math.min(50, WAITING - ids.length);
    const started = await Promise.all(Array.from({ length: batch }, () => startSession(rig, owner)));
    await Promise.all(started.map((id) => untilWaiting(rig, id)));
    ids.push(...started);
    model.calls.length = 0;
  }
  const growth = (await memoryMb()) - before;
  const cpu = process.cpuUsage();
  await delay(5_000);
  const { user, system } = process.cpuUsage(cpu);
  print(
    `${WAITING} at a gate: ${growth.toFixed(0)} MB more (wanted: 150 or less), CPU ${((user + system) / 50_000).toFixed(1)} %`,
  );
  await approvals(bench, ids.slice(-APPROVALS));
}

/** In turns with bare gates, which are an Update and an activity. */
async function approvals(bench: Bench, ids: readonly string[]): Promise<void> {
  const [ours, bare]: [number[], number[]] = [[], []];
  for (const id of ids) {
    ours.push(await approvalMs(bench, id));
    await delay(100);
    bare.push(await bareApprovalMs(bench));
    await delay(100);
  }
  const [our95, bare95] = [p95Of(ours), p95Of(bare)];
  print(
    `approval to the next call of a model: p50 ${middle(ours).toFixed(0)} ms, p95 ${our95.toFixed(0)} ms (wanted: 40 or less); a bare Update and activity p50 ${middle(bare).toFixed(0)} ms, p95 ${bare95.toFixed(0)} ms; ratio of p50 ${(middle(ours) / middle(bare)).toFixed(2)}, of p95 ${(our95 / bare95).toFixed(2)}`,
  );
}

async function approvalMs({ rig, owner, model }: Bench, id: string): Promise<number> {
  const ask = commandsOf({ userId: owner.userId, via: 'api', requestId: 'req_bench' });
  model.calls.length = 0;
  const start = performance.now();
  const answered = send(rig, id, ask.approve(), 'bench');
  while (model.calls.length === 0) await delay(1);
  const tookMs = performance.now() - start;
  await answered;
  return tookMs;
}

async function bareApprovalMs({ rig, bareCalls }: Bench): Promise<number> {
  const workflowId = `bare-gate-${randomBytes(6).toString('hex')}`;
  const gate = await rig.temporal.client.workflow.start('bareGate', { taskQueue: 'flow', workflowId });
  await delay(200);
  bareCalls.length = 0;
  const start = performance.now();
  const answered = gate.executeUpdate('goOn');
  while (bareCalls.length === 0) await delay(1);
  await answered;
  await gate.result();
  return (bareCalls[0] ?? NaN) - start;
}

function p95Of(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? NaN;
}

function bareRuns({ temporal }: SessionRig, count: number): Promise<unknown> {
  const run = (): Promise<unknown> =>
    temporal.client.workflow.execute('bareSteps', {
      taskQueue: 'flow',
      workflowId: `bare-${randomBytes(6).toString('hex')}`,
    });
  return Promise.all(Array.from({ length: count }, run));
}

function sessions(rig: SessionRig, owner: Principal, count: number): Promise<unknown> {
  const run = async (): Promise<unknown> => {
    const id = await startSession(rig, owner, { autoProgressPhases: true }, { definition: five });
    return rig.temporal.client.workflow.getHandle(`cot-session:${id}`).result();
  };
  return Promise.all(Array.from({ length: count }, run));
}

async function untilWaiting(rig: SessionRig, id: string): Promise<void> {
  while ((await readProgress(rig, id)).status !== 'waiting_approval') await delay(100);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function memoryMb(): Promise<number> {
  globalThis.gc?.();
  await delay(500);
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function withWorker(places: Places, work: (bench: Bench) => Promise<void>): Promise<void> {
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger });
  const { pool, url, client, connection, address, namespace } = places;
  const native = await NativeConnection.connect({ address });
  const model = scriptedModel((_request, call) => `answer ${call}`);
  const { projectSession, recallSteps } = createSessionActivities({ pool, deciders: testDeciders });
  const { runSessionStep } = createSessionStepActivities({
    pool,
    model,
    tools: [],
    contextMaxTokens: 8_000,
    openDeltas: () => ({ write: () => undefined, end: () => undefined }),
  });
  let isOneByOne = false;
  const step = ({ ahead, ...input }: RunSessionStepInput): Promise<StepOutcome> =>
    runSessionStep(isOneByOne || ahead === undefined ? input : { ...input, ahead });
  const oneByOne = (is: boolean): void => void (isOneByOne = is);
  const nothing = (): Promise<void> => Promise.resolve();
  const bareCalls: number[] = [];
  const called = (): Promise<void> => Promise.resolve(void bareCalls.push(performance.now()));
  const worker = await createWorker({
    connection: native,
    namespace,
    queues: ['flow', 'llm'],
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileOf('bench/sessions/workflows.ts'),
      logger,
    }),
    activities: {
      flow: { projectSession, recallSteps },
      llm: { runSessionStep: step, nothing, called },
      sql: {},
      notify: {},
    },
  });
  const running = worker.run();
  const temporal = {
    client,
    connection,
    address,
    namespace,
    nativeConnection: () => Promise.resolve(native),
  };
  const owner = await givenUser(pool);
  try {
    await work({ rig: { database: { pool, url }, temporal }, owner, model, bareCalls, oneByOne });
  } finally {
    worker.shutdown();
    await running;
    await native.close();
  }
}
