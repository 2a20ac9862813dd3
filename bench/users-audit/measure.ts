import type { Pool } from 'pg';
import type { Db } from '../../src/db/base/sql.js';
import { countQueries } from '../../test/support/query-count.js';
import { plansOf } from '../../test/support/query-plan.js';

export const RUNS = 50;
const WARM_UP = 3;

export interface Measured {
  readonly meanMs: number;
  readonly p95Ms: number;
  readonly queries: number;
}

export async function measure(work: () => Promise<unknown>): Promise<Measured> {
  for (let run = 0; run < WARM_UP; run += 1) await work();
  const times: number[] = [];
  let queries = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const startedAt = performance.now();
    ({ queries } = await countQueries(work));
    times.push(performance.now() - startedAt);
  }
  times.sort((left, right) => left - right);
  const meanMs = times.reduce((sum, ms) => sum + ms, 0) / RUNS;
  return { meanMs, p95Ms: times[Math.ceil(RUNS * 0.95) - 1]!, queries };
}

/** A piece of work that is timed in turns with another. */
export function timed(work: () => Promise<unknown>): { run(): Promise<void>; median(): number } {
  const times: number[] = [];
  return {
    run: async () => {
      const startedAt = performance.now();
      await work();
      times.push(performance.now() - startedAt);
    },
    median: () => times.sort((left, right) => left - right)[Math.floor(times.length / 2)]!,
  };
}

/** The index of the list itself, or how it is read without one. */
export async function planOf(pool: Pool, work: (db: Db) => Promise<unknown>): Promise<string> {
  const [plan] = await plansOf(pool, work);
  const nodes = plan!.nodes.filter(
    (node) => /Scan/.test(node) && !/audit_chain|Function|CTE|Subquery/.test(node),
  );
  const names = nodes.map((node) => /idx_\w+|\w+_pkey/.exec(node)?.[0] ?? node);
  return [...new Set(names)].join(' + ');
}

export const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  print('');
  for (const row of [head, head.map(() => '---'), ...rows]) print(`| ${row.join(' | ')} |`);
  print('');
}
