import type { QueryResultRow } from 'pg';

/** Anything that runs a query: a pool, a checked-out client, a transaction. */
export interface Db {
  query<Row extends QueryResultRow>(
    text: string | NamedStatement,
    values?: unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** Parsed and planned once on each connection, under its name. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
}

/** SQL text whose values are always bound, never spliced. Fragments nest: `${isNull ? sql`x is null` : sql`x = ${y}`}`. */
export class Sql {
  constructor(
    readonly strings: readonly string[],
    readonly values: readonly unknown[],
    readonly isPrepared: boolean = false,
  ) {}

  /** The text with `$1…$n` and its bound values. */
  toQuery(): { text: string; values: unknown[] } {
    const values: unknown[] = [];
    return { text: render(this, values), values };
  }
}

export function sql(strings: TemplateStringsArray, ...values: unknown[]): Sql {
  return new Sql(strings, values);
}

/** For the few statements that run with nearly every request or step: planning them costs more than running them. */
export function prepared({ strings, values }: Sql): Sql {
  return new Sql(strings, values, true);
}

const names = new Map<string, string>();

/** One name for one text, whatever fragments it was put together from. */
function named(text: string): NamedStatement {
  const name = names.get(text) ?? `s${names.size + 1}`;
  names.set(text, name);
  return { name, text };
}

/** Joins fragments: `join(conditions, sql` and `)`. */
export function join(parts: readonly Sql[], separator: Sql): Sql {
  return new Sql(
    Array.from({ length: parts.length + 1 }, () => ''),
    parts.map((part, index) => (index === 0 ? part : sql`${separator}${part}`)),
  );
}

function render(fragment: Sql, values: unknown[]): string {
  return fragment.strings.reduce((text, part, index) => {
    if (index === 0) return part;
    const value = fragment.values[index - 1];
    if (value instanceof Sql) return text + render(value, values) + part;
    values.push(value);
    return `${text}$${values.length}${part}`;
  }, '');
}

export async function many<Row extends QueryResultRow>(db: Db, statement: Sql): Promise<Row[]> {
  const { text, values } = statement.toQuery();
  return (await db.query<Row>(statement.isPrepared ? named(text) : text, values)).rows;
}

export async function maybeOne<Row extends QueryResultRow>(db: Db, statement: Sql): Promise<Row | undefined> {
  return (await many<Row>(db, statement))[0];
}

/** For statements that always give a row (`insert … returning`, aggregates). */
export async function one<Row extends QueryResultRow>(db: Db, statement: Sql): Promise<Row> {
  const row = await maybeOne<Row>(db, statement);
  if (row === undefined) throw new NoRowError(statement.toQuery().text);
  return row;
}

/** Runs a statement for its effect and gives the number of rows it touched. */
export async function execute(db: Db, statement: Sql): Promise<number> {
  const { text, values } = statement.toQuery();
  return (await db.query(statement.isPrepared ? named(text) : text, values)).rowCount ?? 0;
}

export class NoRowError extends Error {
  override readonly name = 'NoRowError';
  constructor(readonly statement: string) {
    super('a statement that always gives a row gave none');
  }
}
