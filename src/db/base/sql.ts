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
    /** Set: it is prepared under this name. */
    readonly name?: string,
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

/**
 * For the few statements that run with nearly every request or step: planning them costs more than running them.
 * `name` says what they do, as a DBA finds them in `pg_prepared_statements`.
 */
export function prepared(name: string, { strings, values }: Sql): Sql {
  return new Sql(strings, values, name);
}

const texts = new Map<string, string[]>();

/** A name stands for one text alone: further texts of a name, of other fragments, are `name.2`, `name.3`. */
function named(name: string, text: string): NamedStatement {
  const known = texts.get(name) ?? [];
  texts.set(name, known);
  const place = known.indexOf(text) + 1 || known.push(text);
  return { name: place === 1 ? name : `${name}.${place}`, text };
}

function statementOf({ name }: Sql, text: string): string | NamedStatement {
  return name === undefined ? text : named(name, text);
}

/** A table or column by its name. The name is a constant of the code, so it is not quoted. */
export function nameOf(name: string): Sql {
  return new Sql([name], []);
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

export async function many<Row extends object>(db: Db, statement: Sql): Promise<Row[]> {
  const { text, values } = statement.toQuery();
  const { rows } = await db.query<QueryResultRow>(statementOf(statement, text), values);
  return rows as Row[];
}

export async function maybeOne<Row extends object>(db: Db, statement: Sql): Promise<Row | undefined> {
  return (await many<Row>(db, statement))[0];
}

/** For statements that always give a row (`insert … returning`, aggregates). */
export async function one<Row extends object>(db: Db, statement: Sql): Promise<Row> {
  const row = await maybeOne<Row>(db, statement);
  if (row === undefined) throw new NoRowError(statement.toQuery().text);
  return row;
}

/** Runs a statement for its effect and gives the number of rows it touched. */
export async function execute(db: Db, statement: Sql): Promise<number> {
  const { text, values } = statement.toQuery();
  return (await db.query(statementOf(statement, text), values)).rowCount ?? 0;
}

export class NoRowError extends Error {
  override readonly name = 'NoRowError';
  constructor(readonly statement: string) {
    super('a statement that always gives a row gave none');
  }
}
