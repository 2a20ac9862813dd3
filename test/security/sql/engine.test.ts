import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { SourceError, type ResultTable } from '../../../src/contracts/sql/ports.js';
import { createFileLinks } from '../../../src/crypto/file-links.js';
import { checkStatement } from '../../../src/domain/sql/statement-check.js';
import { createLocalObjectStore } from '../../../src/platform/objects/local.js';
import { loadSqlGrammar } from '../../../src/platform/sql/grammar.js';
import { createResultEngine } from '../../../src/platform/sql/result-engine.js';
import { attacksOnEngine, legitimateOverResults } from '../../support/sql/result-matrix.js';
import { useTemporaryFolder } from '../../support/temporary-folder.js';

const grammar = await loadSqlGrammar();
const folder = useTemporaryFolder();
const links = createFileLinks({ current: 'a secret of thirty-two characters or more' });
const objects = createLocalObjectStore({ folder: join(folder, 'objects'), links });
const engine = createResultEngine(objects, { memoryMb: 256, diskMb: 64, threads: 1 });

const tables: readonly ResultTable[] = [
  {
    name: 'sales',
    key: 'results/run_sales/0',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'person', type: 'integer' },
      { name: 'kind', type: 'text' },
      { name: 'amount', type: 'numeric(12,2)' },
      { name: 'sold_at', type: 'timestamp with time zone' },
    ],
  },
  {
    name: 'people',
    key: 'results/run_people/0',
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'name', type: 'text' },
    ],
  },
];

const files: Readonly<Record<string, string>> = {
  'results/run_sales/0':
    'id,person,kind,amount,sold_at\n1,1,a,12.50,2026-01-02 03:04:05+00\n2,1,b,3.00,2026-02-03 00:00:00+00\n3,2,a,20.00,2026-02-04 00:00:00+00\n',
  'results/run_people/0': 'id,name\n1,花子\n2,Bob\n',
};

beforeAll(async () => {
  for (const [key, content] of Object.entries(files)) {
    await objects.put(key, Readable.from([Buffer.from(content)]), { contentType: 'text/csv' });
  }
});

/** Runs a statement in the engine alone and gives its rows. */
async function ask(sql: string): Promise<unknown[]> {
  const session = await engine.open(tables);
  const rows: unknown[] = [];
  try {
    await session.declare({ sql, params: [] });
    await session.fetch(1_000, (row) => rows.push(row));
    return rows;
  } finally {
    await session.close();
  }
}

async function faultOf(sql: string): Promise<string> {
  try {
    await ask(sql);
    return 'it ran';
  } catch (error) {
    return error instanceof SourceError ? error.fault : `it broke: ${String(error)}`;
  }
}

const isAllowed = (sql: string): boolean => {
  const parsed = grammar.read(sql);
  return parsed.kind === 'parsed' && checkStatement(sql, parsed.tree).kind === 'allowed';
};

test('the tables are as large as they have to be', () => {
  expect(legitimateOverResults.length).toBeGreaterThanOrEqual(40);
  expect(attacksOnEngine.length).toBeGreaterThanOrEqual(25);
});

test.each(legitimateOverResults)('the check lets %s through', (_what, sql) => {
  expect(isAllowed(sql)).toBe(true);
});

/** All of them share a process: each start takes a good part of a second. */
test('the engine lets all of them run, and each gives rows', async () => {
  const counts = legitimateOverResults.map(([what, sql]) => {
    const body = sql.replace(/;$/, '');
    return `select '${what}' as what, (select count(*) from (\n${body}\n) as asked) as given`;
  });
  const rows = await ask(`select what, given > 0 from (${counts.join(' union all ')}) as counted`);
  expect(rows).toEqual(expect.arrayContaining(legitimateOverResults.map(([what]) => [what, 't'])));
});

test.each(attacksOnEngine)('the engine alone refuses %s', async (_what, sql) => {
  expect(['statement', 'not_allowed', 'resources']).toContain(await faultOf(sql));
});

test('nothing was written outside', () => {
  const places = ['/tmp/sluice-stolen.csv', '/tmp/sluice-stolen.db', '/tmp/sluice-stolen'];
  expect(places.filter((path) => existsSync(path))).toEqual([]);
});
