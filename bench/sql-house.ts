/**
 * SQL runs as people see them, on the whole stack of `npm start` (needs a build). It times a submission while
 * five statements compute. It times how long a canceled statement lives at its source beside four others. It
 * compares twenty readers of one result with one, and counts their connections to the source.
 *
 * Arguments (`submit`, `cancel`, `read`) choose parts.
 *
 * Not measured: a network, other machines for the source and the workers. All parts share the processors with the
 * five statements.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { startWholeStack, type WholeStack } from './support/whole-stack.js';

const RUNNING = 5;
const SUBMISSIONS = 100;
const CANCELS = 20;
const READERS = 20;
const WINDOWS = 25;
const ROWS = 200_000;
const base = '/api/v1/sql/cache';
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const endless = (): string =>
  `select count(*) from generate_series(1, (select 1000000)) a, generate_series(1, (select ${1_000_000 + unique++})) b`;
let unique = 0;

type Body = Readonly<Record<string, unknown>>;

class House {
  readonly #stack: WholeStack;
  readonly #watch: pg.Client;

  constructor(stack: WholeStack, watch: pg.Client) {
    this.#stack = stack;
    this.#watch = watch;
  }

  async send(path: string, body?: Body): Promise<Body> {
    const answer = await fetch(`${this.#stack.url}${base}/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { Authorization: `Bearer ${this.#stack.token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Body;
  }

  async begin(sql: string): Promise<string> {
    const accepted = await this.send('execute-async', { sql });
    if (typeof accepted['session_id'] === 'string') return accepted['session_id'];
    throw new Error(`it was not accepted: ${JSON.stringify(accepted)}`);
  }

  async isAtSource(id: string): Promise<boolean> {
    const { rows } = await this.#watch.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where application_name = $1 and state = 'active'`,
      [`sluice ${id}`],
    );
    return rows[0]?.count === 1;
  }

  async connectionsMade(): Promise<number> {
    const { rows } = await this.#watch.query<{ sessions: string }>(
      `select sessions from pg_stat_database where datname = 'sluice_demo'`,
    );
    return Number(rows[0]?.sessions);
  }

  async until(what: () => Promise<boolean>): Promise<void> {
    while (!(await what())) await delay(5);
  }

  async beginComputing(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let place = 0; place < count; place += 1) ids.push(await this.begin(endless()));
    for (const id of ids) await this.until(() => this.isAtSource(id));
    return ids;
  }

  async end(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.send(`cancel/${id}`, {}).catch(() => undefined);
    for (const id of ids)
      await this.until(async () => (await this.send(`status/${id}`))['is_complete'] === true);
  }
}

async function submitting(house: House): Promise<void> {
  const running = await house.beginComputing(RUNNING);
  const [times, ids]: [number[], string[]] = [[], []];
  for (let round = 0; round < SUBMISSIONS; round += 1) {
    const startedAt = performance.now();
    ids.push(await house.begin(`select count(*) from orders where id <> ${round}`));
    times.push(performance.now() - startedAt);
  }
  print(
    `submit with ${RUNNING} that compute: p50 ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms (100 at most)`,
  );
  await house.end([...ids, ...running]);
}

async function canceling(house: House): Promise<void> {
  const others = await house.beginComputing(RUNNING - 1);
  const times: number[] = [];
  for (let round = 0; round < CANCELS; round += 1) {
    const [id = ''] = await house.beginComputing(1);
    await delay(round * 37);
    const startedAt = performance.now();
    await house.send(`cancel/${id}`, {});
    await house.until(async () => !(await house.isAtSource(id)));
    times.push(performance.now() - startedAt);
    await house.end([id]);
  }
  print(
    `cancel beside ${RUNNING - 1} that compute: gone from the source after p50 ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms (1,000 at most)`,
  );
  await house.end(others);
}

async function reading(house: House): Promise<void> {
  const id = await house.begin(
    `select n, n * 2 as double, 'row ' || n as name from generate_series(1, ${ROWS}) as n`,
  );
  await house.until(async () => (await house.send(`status/${id}`))['is_complete'] === true);
  const one = await readMany(house, id, 1);
  // The server counts a connection when it ends.
  await delay(1_000);
  const before = await house.connectionsMade();
  const many = await readMany(house, id, READERS);
  await delay(1_000);
  const made = (await house.connectionsMade()) - before;
  print(
    `windows of 1,000 rows: one reader ${one.perSecond} a second, ${READERS} readers ${many.perSecond} a second, p95 ${many.p95} ms`,
  );
  print(`  connections to the source for ${READERS * WINDOWS} windows: ${made} (0 wanted)`);
}

async function readMany(house: House, id: string, readers: number) {
  const times: number[] = [];
  const startedAt = performance.now();
  const read = async (reader: number): Promise<void> => {
    for (let round = 0; round < WINDOWS; round += 1) {
      const offset = ((reader * WINDOWS + round) * 7_919) % (ROWS - 1_000);
      const askedAt = performance.now();
      const { rows } = (await house.send(`results/${id}?offset=${offset}&limit=1000`)) as { rows: unknown[] };
      if (rows.length !== 1_000) throw new Error('the window is not whole');
      times.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: readers }, (_, reader) => read(reader)));
  const perSecond = ((readers * WINDOWS) / (performance.now() - startedAt)) * 1_000;
  return { perSecond: perSecond.toFixed(0), p95: at(times, 0.95) };
}

function at(times: readonly number[], share: number): string {
  return (times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN).toFixed(1);
}

const parts = [
  ['submit', submitting],
  ['cancel', canceling],
  ['read', reading],
] as const;
const stack = await startWholeStack({ SQL_QUEUE_MAX: '1000', LLM_PROVIDER: 'offline' });
const watch = new pg.Client(stack.databaseUrl);
try {
  await watch.connect();
  const house = new House(stack, watch);
  const chosen = process.argv.slice(2);
  for (const [name, part] of parts) if (chosen.length === 0 || chosen.includes(name)) await part(house);
} finally {
  await watch.end();
  await stack.stop();
}
