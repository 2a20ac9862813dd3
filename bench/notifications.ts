/**
 * 500 offices with 10 people each, a mail and a push for everyone. The mail server and the push service take
 * 100 ms a message. The time is compared with sending in sequence, measured on 20 offices in the same run. It
 * is also compared with the bound of five mails at once. Then the heap of the worker from 100 offices to 5,000,
 * with servers that take no time. Some four minutes on a quiet machine; `-- --offices 60` is a short look.
 * PostgreSQL and Temporal are those of DATABASE_URL and TEMPORAL_ADDRESS; the far ends are a process of their
 * own.
 *
 * Not measured: a network, TLS, several workers, a mail server that refuses or delays.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type pg from 'pg';
import { insertDeadlineRun } from '../src/operations/notifications/start-run.js';
import { withTransaction } from '../src/db/base/transaction.js';
import { createRunControl } from '../src/platform/temporal/run-control.js';
import type { Principal } from '../src/contracts/users/principal.js';
import { seedOffices } from '../test/support/notifications/seed.js';
import {
  serveOutside,
  type OutsideAsk,
  type OutsideCount,
  type OutsideReady,
} from './notifications/outside.js';
import { inOwnPlaces, type Places } from './notifications/places.js';
import { sendSerially } from './notifications/serial.js';
import { givenUser } from '../test/support/people.js';

const STAFF = 10;
const SERIAL_OFFICES = 20;
const LATENCY_MS = 100;
const MAILS_AT_ONCE = 5;
const AS_OF = '2026-03-10T03:00:00Z';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { offices: { type: 'string', default: '500' } },
});
const OFFICES = Number(values.offices);

const print = (line: string): void => void process.stdout.write(`${line}\n`);

if (positionals[0] === 'outside') await serveOutside();
else await drive();

interface Bench extends Places {
  readonly owner: Principal;
  readonly outside: ChildProcess;
  readonly pushUrl: string;
}

async function drive(): Promise<void> {
  const outside = fork(fileURLToPath(import.meta.url), ['outside']);
  try {
    const [{ smtpUrl, pushUrl }] = (await once(outside, 'message')) as [OutsideReady];
    await inOwnPlaces(smtpUrl, async (places) => {
      const owner = await givenUser(places.pool, 'ADMIN');
      const bench = { ...places, owner, outside, pushUrl };
      await compareTimes(bench);
      await compareHeaps(bench);
    });
  } finally {
    outside.kill();
  }
}

async function compareTimes(bench: Bench): Promise<void> {
  const { pool, pushUrl, senders } = bench;
  setLatency(bench, LATENCY_MS);
  await seedOffices(pool, { offices: SERIAL_OFFICES, staff: STAFF, pushUrl });
  const serial = await sendSerially(pool, senders.parts);
  const before = await count(bench);
  await clear(pool);
  const few = await run(bench, { offices: 10, staff: STAFF });
  await clear(pool);
  const many = await run(bench, { offices: OFFICES, staff: STAFF });
  const after = await count(bench);
  const perOffice = serial.ms / SERIAL_OFFICES;
  const boundMs = (OFFICES * STAFF * LATENCY_MS) / MAILS_AT_ONCE;
  print(`| | one after the other | run | `);
  print('|---|---|---|');
  print(`| ms an office | ${perOffice.toFixed(0)} | ${(many.ms / OFFICES).toFixed(1)} |`);
  print(`| queries, 10 offices | ${Math.round((serial.queries * 10) / SERIAL_OFFICES)} | ${few.queries} |`);
  print(
    `| queries, ${OFFICES} offices | ${Math.round((serial.queries * OFFICES) / SERIAL_OFFICES)} | ${many.queries} |`,
  );
  print(
    `| seconds, ${OFFICES} offices | ${((perOffice * OFFICES) / 1_000).toFixed(0)} | ${(many.ms / 1_000).toFixed(1)} |`,
  );
  print(`faster: ${((perOffice * OFFICES) / many.ms).toFixed(1)}× (wanted: 9× or more)`);
  print(
    `of what ${MAILS_AT_ONCE} mails at once allow: ${(boundMs / many.ms).toFixed(2)} (wanted: 0.85 or more)`,
  );
  const mails = after.mails - before.mails;
  print(
    `processor time of the worker: ${(many.cpuMs / OFFICES / STAFF).toFixed(1)} ms for a mail and a push`,
  );
  print(`mails ${mails}, pushes ${after.pushes - before.pushes}, at once at most ${after.mostMailsAtOnce}`);
}

async function compareHeaps(bench: Bench): Promise<void> {
  const { pool } = bench;
  setLatency(bench, 0);
  await clear(pool);
  const few = await run(bench, { offices: 100, staff: 1, measuresHeap: true });
  await clear(pool);
  const many = await run(bench, { offices: 5_000, staff: 1, measuresHeap: true });
  const [fewMb, manyMb] = [few.heap / 1_048_576, many.heap / 1_048_576];
  print(
    `heap after collection, median while it runs: 100 offices ${fewMb.toFixed(1)} MB, 5,000 ${manyMb.toFixed(1)} MB`,
  );
  print(`growth ${(100 * (manyMb / fewMb - 1)).toFixed(0)} % (wanted: 20 % or less)`);
}

interface Measured {
  readonly ms: number;
  readonly queries: number;
  readonly heap: number;
  readonly cpuMs: number;
}

interface RunAsked {
  readonly offices: number;
  readonly staff: number;
  /** A collection four times a second takes its time, so times are measured without. */
  readonly measuresHeap?: boolean;
}

async function run(
  { pool, client, owner, pushUrl }: Bench,
  { measuresHeap = false, ...seed }: RunAsked,
): Promise<Measured> {
  await seedOffices(pool, { ...seed, pushUrl });
  const body = { dry_run: false, as_of: AS_OF };
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const made = await withTransaction(pool, (tx) =>
    insertDeadlineRun(tx, { body, owner, officeConcurrency: 10 }),
  );
  await createRunControl(client).launch(made);
  const heaps: number[] = [];
  const finished = client.workflow.getHandle(made.workflowId).result();
  let isOver = false;
  void finished.finally(() => (isOver = true)).catch(() => undefined);
  while (!isOver) {
    await delay(250);
    if (!measuresHeap) continue;
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
  }
  await finished;
  const ms = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const { rows } = await pool.query<{ queries: number }>(
    `select sum((output ->> 'queries')::integer) as queries from run_checkpoints
      where run_id = $1 and starts_with(step_key, 'plan:')`,
    [made.id],
  );
  return {
    ms,
    queries: Number(rows[0]?.queries),
    heap: middle(heaps),
    cpuMs: (cpu.user + cpu.system) / 1_000,
  };
}

function middle(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

function setLatency({ outside }: Bench, latencyMs: number): void {
  outside.send({ latencyMs } satisfies OutsideAsk);
}

async function count({ outside }: Bench): Promise<OutsideCount> {
  const answer = once(outside, 'message');
  outside.send('count' satisfies OutsideAsk);
  return ((await answer) as [OutsideCount])[0];
}

async function clear(pool: pg.Pool): Promise<void> {
  await pool.query('delete from offices');
  await pool.query('delete from notification_deliveries');
}
