/**
 * Delay that the model layer adds to each token, at 200 streams of 60 tokens a second in one worker. The way
 * goes from the provider's write to onDelta in the worker, and over NOTIFY to a reader process. The baseline is
 * a bare reader of the same provider in the same run. Provider, worker and reader are processes of their own on
 * one machine.
 *
 * Not measured: a network, TLS, Temporal, an API's SSE frames (bench/events does those), a real provider's jitter.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { cpus } from 'node:os';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stepDeltasChannel } from '../src/contracts/sessions/delta.js';
import { builtInPrices } from '../src/models/ledger/price-table.js';
import { loadConfig } from '../src/platform/config.js';
import { DeltaBatcher } from '../src/models/deltas/batcher.js';
import { createDeltaPublisher, createDeltaRequester } from '../src/models/deltas/channel.js';
import { DeltaFeed } from '../src/models/deltas/feed.js';
import { createModel } from '../src/models/model.js';
import { createLogger } from '../src/platform/logger.js';
import { createListenerClient, createPool } from '../src/platform/pool.js';
import { streamingSettings } from './support/streaming-settings.js';

const STREAMS = Number(process.argv[3] ?? 200);
const TOKENS_PER_SECOND = 60;
const SECONDS = 10;
const TOKENS = TOKENS_PER_SECOND * SECONDS;
const TOKEN_LENGTH = 16;
/** The first second holds the connects and the compiling of code. */
const WARM_UP_TOKENS = TOKENS_PER_SECOND;

const logger = createLogger({ level: 'warn', service: 'bench' });
/** A clock that all processes of this machine share, in microseconds. */
const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);

interface Result {
  readonly latenciesUs: number[];
  readonly tokens: number;
  readonly startRssMb: number;
  readonly maxRssMb: number;
  readonly cpuShare: number;
  readonly statements: number;
}

/** Each token is the moment of its writing. All streams share a timer, so that the provider stays cheap. */
async function provider(): Promise<void> {
  const open = new Map<ServerResponse, { sent: number; dueUs: number }>();
  const chunk = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.socket?.setNoDelay(true);
      open.set(response, { sent: 0, dueUs: nowUs() + Math.random() * (1e6 / TOKENS_PER_SECOND) });
    });
    response.on('close', () => open.delete(response));
  });
  setInterval(() => {
    for (const [response, state] of open) {
      if (nowUs() < state.dueUs) continue;
      state.dueUs += 1e6 / TOKENS_PER_SECOND;
      state.sent += 1;
      if (state.sent <= TOKENS) {
        response.write(chunk({ content: String(nowUs()).padStart(TOKEN_LENGTH, '0') }, null));
      } else {
        response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
        open.delete(response);
      }
    }
  }, 2);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` });
}

/** Notes the age of each token of a text that comes in any pieces: each token is so many digits. */
class TokenAges {
  readonly latenciesUs: number[] = [];
  tokens = 0;
  #rest = '';

  take(text: string): void {
    const at = nowUs();
    this.#rest += text;
    while (this.#rest.length >= TOKEN_LENGTH) {
      this.tokens += 1;
      if (this.tokens > WARM_UP_TOKENS) this.latenciesUs.push(at - Number(this.#rest.slice(0, TOKEN_LENGTH)));
      this.#rest = this.#rest.slice(TOKEN_LENGTH);
    }
  }
}

/** The least that a program can do: fetch, split lines, parse, take the text. */
async function bare(): Promise<void> {
  const [{ url }] = (await once(process, 'message')) as [{ url: string }];
  await measured(async () => {
    const readOne = async (): Promise<TokenAges> => {
      const ages = new TokenAges();
      const response = await fetch(`${url}/chat/completions`, { method: 'POST', body: '{}' });
      const decoder = new TextDecoder();
      let rest = '';
      for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
        const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (!line.startsWith('data: {')) continue;
          const data = JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] };
          ages.take(data.choices[0]?.delta.content ?? '');
        }
      }
      return ages;
    };
    return { ages: await Promise.all(Array.from({ length: STREAMS }, readOne)), statements: 0 };
  });
}

/** The model layer as a step uses it, with its text going out to readers. */
async function worker(): Promise<void> {
  const [{ url, databaseUrl }] = (await once(process, 'message')) as [{ url: string; databaseUrl: string }];
  const pool = createPool({ databaseUrl, max: 10, applicationName: 'bench-worker', logger });
  const publish = createDeltaPublisher(pool);
  let statements = 0;
  const batcher = new DeltaBatcher({
    publish: (payloads) => {
      statements += 1;
      return publish(payloads);
    },
  });
  const model = createModel(streamingSettings(url, STREAMS), builtInPrices);
  await measured(async () => {
    const readOne = async (_: unknown, index: number): Promise<TokenAges> => {
      const ages = new TokenAges();
      const sink = batcher.open({ runId: 'ses_bench', stepId: `step_${index}`, attempt: 1, try: 1 });
      await model.request({
        messages: [{ role: 'user', content: 'Go.' }],
        onDelta: (delta) => {
          if (delta.type !== 'text') return;
          ages.take(delta.text);
          sink.write(delta);
        },
      });
      sink.end();
      return ages;
    };
    const ages = await Promise.all(Array.from({ length: STREAMS }, readOne));
    await batcher.stop();
    return { ages, statements };
  });
  await pool.end();
}

/** An API process with one reader of every step. */
async function reader(): Promise<void> {
  const [{ databaseUrl }] = (await once(process, 'message')) as [{ databaseUrl: string }];
  const pool = createPool({ databaseUrl, max: 2, applicationName: 'bench-reader', logger });
  const feed = new DeltaFeed({ request: createDeltaRequester(pool) });
  const client = createListenerClient(databaseUrl, 'bench-reader');
  client.on('notification', ({ payload }) => feed.receive(payload ?? ''));
  await client.connect();
  await client.query(`listen ${stepDeltasChannel}`);
  const steps = new Map<string, TokenAges>();
  await measured(async () => {
    feed.attach('ses_bench', ({ stepId, text }) => {
      const ages = steps.get(stepId) ?? new TokenAges();
      steps.set(stepId, ages);
      ages.take(text);
      return true;
    });
    process.send?.({ ready: true });
    await once(process, 'message');
    return { ages: [...steps.values()], statements: 0 };
  });
  await client.end();
  await pool.end();
}

async function measured(work: () => Promise<{ ages: TokenAges[]; statements: number }>): Promise<void> {
  const startRss = process.memoryUsage().rss;
  let maxRss = startRss;
  const sampler = setInterval(() => (maxRss = Math.max(maxRss, process.memoryUsage().rss)), 100);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { ages, statements } = await work();
  const cpu = process.cpuUsage(cpuBefore);
  clearInterval(sampler);
  const result: Result = {
    latenciesUs: ages.flatMap((one) => one.latenciesUs),
    tokens: ages.reduce((sum, one) => sum + one.tokens, 0),
    startRssMb: startRss / 1e6,
    maxRssMb: maxRss / 1e6,
    cpuShare: (cpu.user + cpu.system) / 1_000 / (performance.now() - startedAt),
    statements,
  };
  process.send?.({ result });
}

async function driver(): Promise<void> {
  const { databaseUrl } = loadConfig();
  if (databaseUrl === undefined) throw new Error('set DATABASE_URL: text goes to readers over its NOTIFY');
  const children: ChildProcess[] = [];
  const start = (name: string): ChildProcess => {
    const child = fork(fileURLToPath(import.meta.url), [name, String(STREAMS)]);
    children.push(child);
    return child;
  };
  try {
    const source = start('provider');
    const [{ url }] = (await once(source, 'message')) as [{ url: string }];
    console.log(
      `${STREAMS} streams × ${TOKENS_PER_SECOND} tokens/s × ${SECONDS} s, Node ${process.version}, ${cpus().length} cores`,
    );
    const bareResult = await resultOf(start('bare'), { url });
    const readerProcess = start('reader');
    readerProcess.send({ databaseUrl });
    await once(readerProcess, 'message');
    const layered = await resultOf(start('worker'), { url, databaseUrl });
    await delay(500);
    const read = await resultOf(readerProcess, { end: true });
    report('bare reader of the provider', bareResult, undefined);
    report('onDelta in the worker', layered, bareResult);
    report('reader in another process', read, bareResult);
    console.log(
      `worker: ${layered.maxRssMb.toFixed(0)} MB resident at most, ${layered.startRssMb.toFixed(0)} MB of it before the first stream (bare reader ${bareResult.maxRssMb.toFixed(0)} and ${bareResult.startRssMb.toFixed(0)} MB), ` +
        `${(layered.statements / SECONDS).toFixed(0)} NOTIFY statements a second for all streams, no row written`,
    );
  } finally {
    children.forEach((child) => child.kill('SIGKILL'));
  }
}

async function resultOf(child: ChildProcess, message: object): Promise<Result> {
  child.send(message);
  for (;;) {
    const [answer] = (await once(child, 'message')) as [{ result?: Result }];
    if (answer.result !== undefined) return answer.result;
  }
}

function report(name: string, result: Result, base: Result | undefined): void {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantileMs(result.latenciesUs, share));
  const added =
    base === undefined ? '' : `, p95 added ${(p95! - quantileMs(base.latenciesUs, 0.95)).toFixed(1)} ms`;
  console.log(
    `${name}: p50 ${p50!.toFixed(1)} ms, p95 ${p95!.toFixed(1)} ms, p99 ${p99!.toFixed(1)} ms${added}; ` +
      `${result.tokens} of ${STREAMS * TOKENS} tokens; ${(result.cpuShare * 100).toFixed(0)} % of a core`,
  );
}

function quantileMs(valuesUs: readonly number[], share: number): number {
  const sorted = [...valuesUs].sort((one, other) => one - other);
  return (sorted[Math.floor(sorted.length * share)] ?? NaN) / 1_000;
}

const roles: Record<string, () => Promise<void>> = { provider, bare, worker, reader, driver };
const role = process.argv[2] ?? 'driver';
await (roles[role] ?? driver)();
