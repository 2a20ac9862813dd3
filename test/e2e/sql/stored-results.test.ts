import { DuckDBInstance } from '@duckdb/node-api';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { useSqlHouse } from '../../support/houses/sql-house.js';
import { useTemporaryFolder } from '../../support/temporary-folder.js';

const house = useSqlHouse();
const folder = useTemporaryFolder();

const awkward = `select * from (values
  (1, 9007199254740993, 1.10::numeric(12, 2), 'plain', true, timestamptz '2026-01-02 03:04:05.5+00', 1.5::float8),
  (2, null, -3.25, '=1+1', false, null, 'NaN'),
  (3, -1, 0.00, 'a,"b"' || chr(10) || '日本 & <x>', null, timestamptz '1999-12-31 23:59:59.999999+00', 0)
) as t(id, big, price, text, ok, at, ratio)`;

let stored = '';
let bobs = '';
beforeAll(async () => {
  stored = await house.begin({ sql: awkward });
  bobs = await house.begin({ sql: 'select 1 as secret, count(*) from orders' }, house.bob);
  await house.ended(stored);
  await house.ended(bobs, house.bob);
});

const ask = (sql: string, more: object = {}, user = house.ana) =>
  house.execute({ sql, data_source: 'result', ...more }, user);

test('a stored result is asked again, exactly, and its source is not', async () => {
  const { body } = await ask(`select id, big, price, text, ok, "at", ratio from r_${stored} order by id`);
  expect(body).toMatchObject({ status: 'completed', row_count: 3 });
  const original = await house.results(stored);
  expect(body['rows']).toEqual(original.body['rows']);
  const sum = await ask(`select sum(price) as total, count(big) as n from r_${stored} where id <> $1`, {
    params: [3],
  });
  expect(sum.body['rows']).toEqual([['-2.15', '1']]);
});

test('several results are joined, and what comes of it is a result again', async () => {
  const first = await ask(
    `select a.id, b.text from r_${stored} a join r_${stored} b on a.id = b.id where a.id < 3`,
  );
  const id = String(first.body['session_id']);
  const second = await ask(`with x as (select * from r_${id}) select count(*) as n, max(text) as m from x`);
  expect(second.body['rows']).toEqual([['2', 'plain']]);
});

test.each([
  ["somebody else's result", () => `select * from r_${bobs}`],
  ['a result that is not there', () => 'select * from r_sql_01m8fz5204mx3v2vjkerk1s4g2'],
  ['a table of the source', () => 'select * from orders'],
  ['a file by name', () => `select * from "/etc/passwd"`],
  ['a file by reader', () => `select * from read_csv('/etc/passwd')`],
  ['a file as text', () => `select * from read_text('/etc/passwd')`],
  ['a folder', () => `select * from glob('/*')`],
  ['Parquet from the network', () => `select * from read_parquet('https://example.test/x.parquet')`],
  ['the environment', () => `select getenv('PATH')`],
  ['the settings', () => 'select * from duckdb_settings()'],
  ['the secrets', () => 'select * from duckdb_secrets()'],
  ['the catalog', () => 'select * from information_schema.tables'],
  ['the master table', () => 'select * from sqlite_master'],
  ['a table by a text', () => `select * from query_table('x')`],
  ['a query by a text', () => `select * from query('select 1')`],
  ['a serialised statement', () => `select * from json_execute_serialized_sql('{}')`],
  ['two statements', () => `select 1; select 2`],
  ['copy', () => `copy r_${stored} to '/tmp/stolen.csv'`],
  ['attach', () => `attach '/tmp/x.db' as x`],
  ['install', () => 'install httpfs'],
  ['load', () => 'load httpfs'],
  ['a setting', () => 'set enable_external_access = true'],
  ['a pragma', () => 'pragma database_list'],
  ['create', () => 'create table x as select 1'],
  ['delete', () => `delete from r_${stored}`],
  ['export', () => `export database '/tmp/x'`],
])('over stored results %s is refused at the door', async (_what, sql) => {
  const answer = await ask(sql());
  expect([answer.status, answer.body['success']]).toEqual([400, false]);
});

test('every format gives the same rows', async () => {
  const download = (query: string, token = house.ana.token) =>
    house.api.send(`/api/v1/sql/cache/download/${stored}?${query}`, { token });
  const ndjson = await download('format=ndjson');
  const rows = ndjson.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(rows[1]).toEqual({
    id: 2,
    big: null,
    price: '-3.25',
    text: '=1+1',
    ok: false,
    at: null,
    ratio: 'NaN',
  });
  expect(JSON.parse((await download('format=json')).text)).toEqual(rows);

  const csv = await download('format=csv&bom=true');
  expect(csv.headers['content-disposition']).toContain(`${stored}.csv`);
  expect(csv.text).toMatch(/^\ufeffid,big,price,text,ok,at,ratio\r\n1,9007199254740993,1.10,plain,true,/);
  expect(csv.text).toContain("2,,-3.25,'=1+1,false,,NaN\r\n");
  expect((await download('format=csv&escape_formulas=false')).text).toContain('2,,-3.25,=1+1,false,,NaN\r\n');
  expect((await download('format=csv', house.bob.token)).status).toBe(404);
  expect((await download('format=exe')).status).toBe(400);
});

test('a workbook opens, and nothing in it is a formula', async () => {
  const answer = await fetch(`${house.api.url}/api/v1/sql/cache/download/${stored}?format=xlsx`, {
    headers: { Authorization: `Bearer ${house.ana.token}` },
  });
  const zip = Buffer.from(await answer.arrayBuffer());
  expect(zip.subarray(0, 2).toString()).toBe('PK');
  const sheet = fileIn(zip, 'xl/worksheets/sheet1.xml');
  expect(sheet).toContain('<t xml:space="preserve">9007199254740993</t>');
  expect(sheet).toContain('日本 &amp; &lt;x&gt;');
  expect(sheet).toContain('<t xml:space="preserve">=1+1</t>');
  expect(sheet).not.toContain('<f>');
  expect(sheet.match(/<row>/g)).toHaveLength(4);
});

test('a result of more rows than a workbook takes is refused before any work', async () => {
  const id = await house.begin({ sql: 'select 1 as one' });
  await house.ended(id);
  await house.database.pool.query('update sql_runs set row_count = 1048576 where run_id = $1', [id]);
  const path = `/api/v1/sql/cache/download/${id}`;
  const answer = await house.api.send(`${path}?format=xlsx`, { token: house.ana.token });
  expect([answer.status, answer.body['code']]).toEqual([400, 'sql_too_large']);
  expect((await house.api.send(`${path}?format=csv`, { token: house.ana.token })).status).toBe(200);
});

test('Parquet has the types and the exact values', async () => {
  const answer = await fetch(`${house.api.url}/api/v1/sql/cache/download/${stored}?format=parquet`, {
    headers: { Authorization: `Bearer ${house.ana.token}` },
  });
  const file = join(folder, 'result.parquet');
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const read = await connection.runAndReadAll(`select id, big, price, text, ok from '${file}' order by id`);
  expect(read.columnTypes().map(String)).toEqual([
    'INTEGER',
    'BIGINT',
    'DECIMAL(18,2)',
    'VARCHAR',
    'BOOLEAN',
  ]);
  expect(read.getRowsJson()[2]).toEqual([3, '-1', '0.00', 'a,"b"\n日本 & <x>', null]);
});

/** The part of a ZIP file, by its central directory. */
function fileIn(zip: Buffer, path: string): string {
  const directory = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(directory + 16);
  while (zip.readUInt32LE(at) === 0x02014b50) {
    const [size, nameLength] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28)];
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString();
    if (name === path) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(start, start + size)).toString('utf8');
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`${path} is not in there`);
}
