import pg from 'pg';
import type { DeclaredColumn, Kind } from '../../support/rows/declared-row.js';
import { describedColumns, type DescribedColumn } from '../../support/rows/described-columns.js';
import { readStatements, type ReadStatement } from '../../support/rows/statements.js';
import { useDatabase } from '../../support/servers/database.js';

/**
 * Each statement of `src` names the type of its rows. PostgreSQL describes the columns on a migrated database, and
 * both must agree. A migration that removes or renames a column, or changes its kind or its nulls, fails here.
 *
 * The server does not say whether a computed column may be null. Its kind alone is compared.
 */
const database = useDatabase();
const statements = readStatements(process.cwd());

/** Statements whose columns are fragments that a caller gives. */
const assembled = [
  'src/db/reports/audit.ts',
  'src/db/reports/open.ts',
  'src/db/runs/events.ts',
  'src/db/runs/kept.ts',
];

/** Columns that have a value in the rows that the statement selects: their status or their key says so. */
const filled = [
  'src/db/notifications/import-records.ts external_id',
  'src/db/notifications/run-offices.ts error',
  'src/db/sessions/steps.ts sha256',
  'src/db/sessions/tries.ts sha256',
  'src/db/sql/result-tables.ts columns',
  'src/db/sql/same-statement.ts bytes',
  'src/db/sql/same-statement.ts columns',
  'src/db/sql/same-statement.ts executionMs',
  'src/db/sql/same-statement.ts result',
  'src/db/sql/same-statement.ts rowCount',
  'src/db/webhooks/attempts.ts secret',
  'src/db/webhooks/disable.ts at',
];

test('every statement with a declared row is followed to its text, but for the ones that callers assemble', () => {
  expect(statements.length).toBeGreaterThan(250);
  const unfollowed = statements.filter(({ texts }) => texts.length === 0);
  expect(unfollowed.map(({ place }) => place.replace(/:\d+$/, '')).sort()).toEqual(assembled);
});

test('each row has the columns that its type declares, with their kinds and nulls', async () => {
  await withClient(async (client) => {
    const facts = await readFacts(client);
    const faults: string[] = [];
    for (const statement of statements) faults.push(...(await faultsOf(client, statement, facts)));
    const unexpected = faults.filter((fault) => !filled.includes(withoutLine(fault)));
    expect(unexpected).toEqual([]);
    // An entry that nothing needs any more would hide the next fault of its place.
    expect(new Set(faults.map(withoutLine))).toEqual(new Set(filled));
  });
});

test('a column that a migration renames, retypes or leaves without a value is found', async () => {
  await withClient(async (client) => {
    await client.query('begin');
    await client.query('alter table users rename column issuer to identity_provider');
    await client.query('alter table saved_views alter column version type text');
    await client.query('alter table webhooks alter column url drop not null');
    const facts = await readFacts(client);
    const found = new Set<string>();
    for (const statement of statements.filter(({ place }) => /db\/(users|webhooks)\//.test(place))) {
      await client.query('savepoint described');
      for (const fault of await faultsOf(client, statement, facts)) found.add(fault.replace(/^\S+ /, ''));
      await client.query('rollback to savepoint described');
    }
    expect([...found]).toEqual(
      expect.arrayContaining([
        'column "issuer" does not exist',
        'version is a string, declared number',
        'url may be null',
      ]),
    );
  });
});

function withoutLine(fault: string): string {
  return fault.replace(/:\d+ /, ' ').replace(/ may be null$/, '');
}

async function withClient(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

interface Facts {
  /** By the ids of table and column. */
  readonly mayBeNull: ReadonlyMap<string, boolean>;
  readonly kinds: ReadonlyMap<number, Kind>;
}

async function readFacts(client: pg.Client): Promise<Facts> {
  const columns = await client.query<{ id: string; mayBeNull: boolean }>(
    `select attrelid || '.' || attnum as id, not attnotnull as "mayBeNull" from pg_attribute where attnum > 0`,
  );
  const types = await client.query<{ id: number; kind: Kind }>(
    `select oid as id, case
       when typname = 'bool' then 'boolean'
       when typname in ('int2', 'int4', 'int8', 'float4', 'float8') then 'number'
       when typname in ('bytea', 'date', 'timestamp') or typcategory = 'A' then 'object'
       else 'string' end as kind
     from pg_type where typname not in ('json', 'jsonb')`,
  );
  return {
    mayBeNull: new Map(columns.rows.map(({ id, mayBeNull }) => [id, mayBeNull])),
    kinds: new Map(types.rows.map(({ id, kind }) => [id, kind])),
  };
}

async function faultsOf(
  client: pg.Client,
  { place, row, texts }: ReadStatement,
  facts: Facts,
): Promise<string[]> {
  const faults = new Set<string>();
  for (const text of texts) {
    try {
      for (const fault of differences(row, { columns: await describedColumns(client, text), text, facts }))
        faults.add(`${place} ${fault}`);
    } catch (error) {
      faults.add(`${place} ${(error as Error).message}`);
    }
  }
  return [...faults];
}

interface Described {
  readonly columns: readonly DescribedColumn[];
  readonly text: string;
  readonly facts: Facts;
}

function differences(row: readonly DeclaredColumn[], { columns, text, facts }: Described): string[] {
  const declared = new Set(row.map(({ name }) => name));
  const undeclared = columns.filter(({ name }) => !declared.has(name));
  return [
    ...undeclared.map(({ name }) => `${name} is read and not declared`),
    ...row.flatMap((column) => {
      const found = columns.find(({ name }) => name === column.name);
      if (found === undefined) return column.isOptional ? [] : [`${column.name} is declared and not read`];
      return [
        ...kindFaults(column, facts.kinds.get(found.dataTypeID)),
        ...nullFaults(column, { found, text, facts }),
      ];
    }),
  ];
}

/** JSON holds any kind. */
function kindFaults({ name, kinds }: DeclaredColumn, kind: Kind | undefined): string[] {
  return kind === undefined || kinds.has(kind)
    ? []
    : [`${name} is a ${kind}, declared ${[...kinds].join(' or ')}`];
}

interface FoundColumn {
  readonly found: DescribedColumn;
  readonly text: string;
  readonly facts: Facts;
}

/** An outer join and a grouping set leave columns without a value that their table never does. */
function nullFaults({ name, isNullable }: DeclaredColumn, { found, text, facts }: FoundColumn): string[] {
  const mayBeNull = facts.mayBeNull.get(`${found.tableID}.${found.columnID}`);
  if (mayBeNull === true && isNullable === false) return [`${name} may be null`];
  const isWidened = /\b((left|right|full) join|grouping sets)\b/.test(text);
  return mayBeNull === false && isNullable === true && !isWidened ? [`${name} is never null`] : [];
}
