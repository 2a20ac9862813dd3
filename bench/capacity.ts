/**
 * Processor time of a unit of work: a step, a session, an event, a poll, a row of SQL. Processor time is what
 * neighbours on the machine disturb least. docs/capacity.md says what follows from it.
 *
 * Run it with `DATABASE_URL=… TEMPORAL_ADDRESS=… POSTGRES_PID=… TEMPORAL_PID=… node scripts/bench.mjs capacity
 * --sessions 40`. The servers are for this run alone: the time of their processes is counted whole. Needs a
 * build.
 *
 * Not measured: waits for disks, a network, a real model, TLS, mails (`bench notifications` has them).
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient, type SluiceClient } from '../src/client/client.js';
import { sluice } from './support/command-line.js';
import { inOwnDatabase } from './support/own-database.js';
import { startProcess } from './rolling/process.js';

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '40' },
    readers: { type: 'string', default: '20' },
    rows: { type: 'string', default: '200000' },
  },
});
const [sessions, readers, rows] = [Number(values.sessions), Number(values.readers), Number(values.rows)];
const POLLS = 2_000;
const TICK_MS = 10;
const parts = ['api', 'worker', 'PostgreSQL', 'Temporal'] as const;
type Times = Readonly<Record<(typeof parts)[number], number>>;

/** Of a process, of those that it waited for, and of its children: PostgreSQL has one for each connection. */
function processorMs(pid: number): number {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [readFileSync(`/proc/${name}/stat`, 'utf8')];
      } catch {
        return [];
      }
    });
  let ticks = 0;
  for (const stat of stats) {
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [own, parent] = [Number(stat.slice(0, stat.indexOf(' '))), fields[1]];
    if (own === pid) ticks += sum(fields.slice(11, 15));
    else if (parent === pid) ticks += sum(fields.slice(11, 15));
  }
  return ticks * TICK_MS;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

interface Row {
  readonly what: string;
  readonly count: number;
  readonly times: Times;
}

await inOwnDatabase('capacity', async (databaseUrl) => {
  const env = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'] ?? '',
    TEMPORAL_NAMESPACE: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
    SIGNING_SECRET: randomBytes(32).toString('hex'),
    LLM_PROVIDER: 'offline',
    OFFLINE_LLM_LATENCY_MS: '0',
    OBJECT_STORE_DIR: join('/tmp', `sluice-capacity-${randomBytes(4).toString('hex')}`),
    RATE_LIMIT_PER_MINUTE: '1000000',
    SQL_DATA_SOURCES: JSON.stringify([{ name: 'own', url: databaseUrl }]),
    LOG_LEVEL: 'error',
  };
  sluice(env, 'migrate');
  const token = sluice(env, 'create-admin', 'capacity@example.org');
  const version = { folder: resolve('.'), env };
  const [api, worker] = [await startProcess('api', version), await startProcess('worker', version)];
  const url = `http://127.0.0.1:${api.port}`;
  const client = createClient({ baseUrl: url, token });
  const pids = {
    api: api.pid,
    worker: worker.pid,
    PostgreSQL: Number(process.env['POSTGRES_PID']),
    Temporal: Number(process.env['TEMPORAL_PID']),
  };
  const now = (): Times =>
    Object.fromEntries(parts.map((part) => [part, processorMs(pids[part])])) as unknown as Times;
  const measure = async (what: string, work: () => Promise<number>): Promise<Row> => {
    const before = now();
    const count = await work();
    const after = now();
    const times = Object.fromEntries(parts.map((part) => [part, after[part] - before[part]]));
    return { what, count, times: times as unknown as Times };
  };
  try {
    await runSessions(client, 8);
    const idle = await measure('10 s of rest', async () => {
      await setTimeout(10_000);
      return 1;
    });
    const table = [
      idle,
      await measure('session without gates', () => runSessions(client, sessions)),
      await measure('event at a reader', () => readByMany({ url, token, client })),
      await measure('poll of a progress', () => poll(client)),
      await measure('row of SQL', () => select(client)),
    ];
    print(table);
  } finally {
    await Promise.all([api.end(), worker.end()]);
  }
});

async function runSessions(client: SluiceClient, count: number): Promise<number> {
  const ids = await Promise.all(Array.from({ length: count }, () => startOne(client)));
  for (const id of ids) await untilEnded(client, id);
  const { progress } = await client.call('getSession', { params: { id: ids[0] ?? '' } });
  console.log(`  ${count} sessions of ${JSON.stringify(progress.totalPhases)} phases`);
  return count;
}

async function startOne(client: SluiceClient): Promise<string> {
  const body = { topic: 'capacity', autoProgressPhases: true };
  return (await client.call('createSession', { body })).id;
}

/** By its events: a loop of polls would be work of its own. */
async function untilEnded(client: SluiceClient, id: string): Promise<void> {
  for await (const event of client.events('sessionEvents', id, { after: 0 }))
    if (event.type === 'session.completed') return;
}

/** Readers are in a process of their own, and read one session from its first event on, each. */
async function readByMany({
  url,
  token,
  client,
}: {
  readonly url: string;
  readonly token: string;
  readonly client: SluiceClient;
}): Promise<number> {
  const id = await startOne(client);
  await untilEnded(client, id);
  const program = `
    let events = 0;
    await Promise.all(Array.from({ length: ${readers} }, async () => {
      for (let turn = 0; turn < 20; turn += 1) {
        const answer = await fetch('${url}/api/v1/cot-sessions/${id}/events', {
          headers: { Authorization: 'Bearer ${token}', Accept: 'text/event-stream', 'Last-Event-ID': '0' },
        });
        events += (await answer.text()).split('\\n\\n').filter((frame) => frame.includes('data:')).length;
      }
    }));
    console.log(events);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  await once(child, 'close');
  return Number(output.trim());
}

async function poll(client: SluiceClient): Promise<number> {
  const id = await startOne(client);
  await untilEnded(client, id);
  for (let turn = 0; turn < POLLS / 10; turn += 1)
    await Promise.all(
      Array.from({ length: 10 }, () => client.call('getSessionProgress', { params: { id } })),
    );
  return POLLS;
}

async function select(client: SluiceClient): Promise<number> {
  const body = {
    sql: `select n, n * 2 as twice, md5(n::text) as text from generate_series(1, ${rows}) as n`,
    data_source: 'own',
  };
  const made = await client.call('executeSqlAsync', { body });
  const id = 'session_id' in made ? String(made.session_id) : '';
  for (;;) {
    const { status } = await client.call('getSqlStatus', { params: { id } });
    if (status === 'completed') return rows;
    if (status === 'error') throw new Error(`the statement ${id} failed`);
    await setTimeout(200);
  }
}

function print(table: readonly Row[]): void {
  console.log(`milliseconds of processor time for one\n${['', ...parts, 'together'].join(' | ')}`);
  for (const { what, count, times } of table) {
    const each = parts.map((part) => times[part] / count);
    console.log(
      [what, ...each, sum(each)]
        .map((cell) => (typeof cell === 'number' ? cell.toPrecision(3) : cell))
        .join(' | '),
    );
  }
}
