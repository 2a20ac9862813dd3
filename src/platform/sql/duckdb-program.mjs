// A process of its own that works with stored results. An order comes as a line of JSON on stdin, rows or a file go
// out. Plain JavaScript, so that it runs as it stands, from the sources as from the build.
//
// D1. The results are read first. Then access to the outside ends for good, and only then is the statement looked at.
// D2. The database's own use is bounded: memory, threads, no files but in its own folder, no extension.
// D3. It says how far it is, and ends when nobody reads any more.
import { rmSync } from 'node:fs';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { createInterface } from 'node:readline';
import { DuckDBInstance } from '@duckdb/node-api';

const plain = {
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  real: 'FLOAT',
  'double precision': 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  uuid: 'UUID',
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
  float: 'FLOAT',
  double: 'DOUBLE',
  timestamp: 'TIMESTAMP',
  hugeint: 'HUGEINT',
};

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const order = JSON.parse((await lines.next()).value);
const say = (message) =>
  new Promise((resolve) => process.stdout.write(`${JSON.stringify(message)}\n`, resolve));

/** The starting process is gone, and so is the reason for this one. */
process.stdout.on('error', () => process.exit(1));

const instance = await DuckDBInstance.create(':memory:', {
  threads: String(order.threads),
  memory_limit: `${order.memoryMb}MB`,
  temp_directory: order.folder,
  max_temp_directory_size: `${order.diskMb}MB`,
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_unsigned_extensions: 'false',
});
const connection = await instance.connect();

try {
  await connection.run("set timezone = 'UTC'");
  await connection.run('set enable_progress_bar = true');
  await connection.run('set enable_progress_bar_print = false');
  if (order.parquet !== undefined) {
    await connection.run(
      `copy (${await parquetRows(order.tables[0])}) to ${text(order.parquet)} (format parquet, compression zstd)`,
    );
    await say({ kind: 'done' });
  } else {
    for (const table of order.tables) await load(table);
    await lock();
    await answer();
  }
} catch (error) {
  await say({ kind: 'failed', message: String(error?.message ?? error).slice(0, 2_000) });
}
connection.closeSync();
process.exit(0);

/** Straight from the file to the file where no column has to be looked at first. */
async function parquetRows(result) {
  if (result.columns.every(({ type }) => type !== 'numeric')) return rowsIn(result);
  await load(result);
  return `from ${name(result.name)}`;
}

async function lock() {
  await connection.run('set enable_external_access = false');
  await connection.run('set lock_configuration = true');
}

/**
 * A numeric without a scale is text at first: the scale of its values is known after the last row. Where there
 * is none, the file is read into its table at once.
 */
async function load(result) {
  const { name: table, file, columns } = result;
  if (columns.every(({ type }) => type !== 'numeric')) {
    await connection.run(`create table ${name(table)} as ${rowsIn(result)}`);
  } else {
    await connection.run(`create temporary table raw_rows as ${rowsIn(result)}`);
    const picked = [];
    for (const [index, each] of uniqueNames(columns).entries()) {
      picked.push(`${await cast(name(each), columns[index].type)} as ${name(each)}`);
    }
    await connection.run(`create table ${name(table)} as select ${picked.join(', ')} from raw_rows`);
    await connection.run('drop table raw_rows');
  }
  rmSync(file, { force: true });
}

function rowsIn({ file, columns }) {
  const types = columns.map(({ type }, index) => `c${index}: '${rawType(type)}'`).join(', ');
  const picked = uniqueNames(columns).map((each, index) => `c${index} as ${name(each)}`);
  return `select ${picked.join(', ')} from read_csv(${text(file)}, header = false, skip = 1, auto_detect = false,
       delim = ',', quote = '"', escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false,
       max_line_size = 40000000, buffer_size = 80000000, columns = {${types}})`;
}

/** A table has each name once, whatever the case: a second `id` is `id_2`. */
function uniqueNames(columns) {
  const taken = new Set();
  return columns.map(({ name: given }) => {
    let unique = given;
    for (let number = 2; taken.has(unique.toLowerCase()); number += 1) unique = `${given}_${number}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

function rawType(type) {
  return plain[type] ?? decimalOf(type) ?? 'VARCHAR';
}

function decimalOf(type) {
  const found = /^(?:numeric|decimal)\((\d+),(\d+)\)$/.exec(type);
  return found !== null && Number(found[1]) <= 38 ? `DECIMAL(${found[1]},${found[2]})` : undefined;
}

/** A numeric without a scale gets the scale that its values need. Beyond 38 digits it stays text. */
async function cast(raw, type) {
  if (type !== 'numeric') return raw;
  const [[whole, fraction, strange]] = await rowsOf(
    `select coalesce(max(length(ltrim(split_part(${raw}, '.', 1), '-0'))), 0),
            coalesce(max(length(rtrim(split_part(${raw}, '.', 2), '0'))), 0),
            coalesce(bool_or(not regexp_full_match(${raw}, '-?\\d+(\\.\\d+)?')), false) from raw_rows`,
  );
  const [before, after] = [Number(whole), Number(fraction)];
  if (strange || before + after > 38) return raw;
  const width = Math.max(1, before + after);
  return `${raw}::DECIMAL(${width <= 18 ? 18 : 38},${after})`;
}

async function rowsOf(sql) {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

async function answer() {
  const statements = await connection.extractStatements(order.sql);
  if (statements.count !== 1) throw new Error('only one statement may be sent');
  const prepared = await statements.prepare(0);
  // 1 is SELECT. Nothing else is run here, whatever the check before said.
  if (prepared.statementType !== 1) throw new Error('only a statement that reads may be sent');
  const columns = Array.from({ length: prepared.columnCount }, (_, index) => ({
    name: prepared.columnName(index),
    type: typeName(String(prepared.columnType(index))),
  }));
  await say({ kind: 'columns', columns });
  const wanted = JSON.parse((await lines.next()).value);
  await sendRows(columns, wanted.limit);
  await say({ kind: 'done' });
}

function typeName(type) {
  const lower = type.toLowerCase();
  return lower === 'double' ? 'double precision' : lower;
}

/** The text of every value is made by the database: exact, whatever the type. */
async function sendRows(columns, limit) {
  const picked = columns.map(({ type }, index) => textOf(`t.c${index}`, type)).join(', ');
  const names = columns.map((_, index) => `c${index}`).join(', ');
  const body = order.sql.replace(/;?\s*$/, '');
  const sql = `select ${picked} from (select * from (\n${body}\n) limit ${Number(limit)}) as t(${names})`;
  const prepared = await connection.prepare(sql);
  order.params.forEach((parameter, index) => bind(prepared, index + 1, parameter));
  const reporting = setInterval(() => void report(), 200);
  try {
    const result = await prepared.stream();
    for await (const rows of result.yieldRowsJson()) await say({ kind: 'rows', rows });
  } finally {
    clearInterval(reporting);
  }
}

async function report() {
  const { percentage } = connection.progress;
  if (percentage > 0) await say({ kind: 'progress', percent: Math.min(100, percentage) });
}

function textOf(value, type) {
  if (type === 'boolean') return `case when ${value} then 't' when not ${value} then 'f' end`;
  if (type === 'timestamp with time zone') return `strftime(${value}, '%Y-%m-%d %H:%M:%S.%f') || '+00'`;
  if (type === 'timestamp') return `strftime(${value}, '%Y-%m-%d %H:%M:%S.%f')`;
  // As PostgreSQL writes them.
  if (type === 'double precision' || type === 'float') {
    return `case when isnan(${value}) then 'NaN' when isinf(${value}) then if(${value} > 0, '', '-') || 'Infinity' else ${value}::VARCHAR end`;
  }
  return `${value}::VARCHAR`;
}

function bind(prepared, index, parameter) {
  const value = parameter !== null && typeof parameter === 'object' ? parameter.value : parameter;
  if (value === null) prepared.bindNull(index);
  else if (typeof value === 'boolean') prepared.bindBoolean(index, value);
  else if (typeof value === 'number' && Number.isInteger(value)) prepared.bindBigInt(index, BigInt(value));
  else if (typeof value === 'number') prepared.bindDouble(index, value);
  else prepared.bindVarchar(index, String(value));
}

function name(identifier) {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function text(value) {
  return `'${value.replaceAll("'", "''")}'`;
}
