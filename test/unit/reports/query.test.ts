import { generateReportBody } from '../../../src/contracts/reports/report.js';
import type { QueryChart } from '../../../src/domain/reports/query-chart.js';
import { queryBlocks, queryCsv, type QueryData } from '../../../src/domain/reports/query.js';
import { valueScale } from '../../../src/domain/reports/value-scale.js';

const columns = [
  { name: 'country', type: 'text' },
  { name: 'orders', type: 'bigint' },
  { name: 'total', type: 'numeric(12,2)' },
];
const rows = [
  ['日本', '9007199254740993', '-12.50'],
  ['=cmd|calc', '2', null],
];

const data = (change: Partial<QueryData> = {}): QueryData => ({
  session_id: 'sql_1',
  columns,
  rows,
  row_count: 2,
  truncated: false,
  execution_ms: 1_200,
  chart: null,
  ...change,
});

test('a section says how many rows there are, how long they took, and has all of them as they are', () => {
  expect(queryBlocks(data())).toEqual([
    { kind: 'paragraph', text: '2 rows, in 1.2 s. Run sql_1.' },
    {
      kind: 'table',
      table: {
        columns: [{ title: 'country' }, { title: 'orders', as: 'number' }, { title: 'total', as: 'number' }],
        rows: [
          ['日本', '9007199254740993', '-12.50'],
          ['=cmd|calc', '2', '–'],
        ],
      },
    },
  ]);
});

test('rows that were cut off are said to be', () => {
  const [first] = queryBlocks(data({ rows: rows.slice(0, 1), row_count: 2, truncated: true }));
  expect(first).toMatchObject({ text: 'The first 1 row; there are more, in 1.2 s. Run sql_1.' });
});

const chartIn = (chart: QueryChart, change: Partial<QueryData> = {}) =>
  queryBlocks(data({ chart, ...change }))[1];

test('a chart takes the first column and every column of numbers, and leaves out rows with a gap', () => {
  expect(chartIn({ type: 'bar' })).toEqual({
    kind: 'chart',
    chart: {
      title: 'orders, total by country (1 of 2 rows)',
      shape: 'bars',
      unit: 'orders, total',
      categories: ['日本'],
      series: [
        { name: 'orders', values: [9007199254740992] },
        { name: 'total', values: [-12.5] },
      ],
    },
  });
});

test('a chart takes the columns that are named', () => {
  expect(chartIn({ type: 'line', x: 'total', y: 'orders' })).toMatchObject({
    chart: {
      title: 'orders by total',
      shape: 'lines',
      categories: ['-12.50', '–'],
      series: [{ name: 'orders', values: [9007199254740992, 2] }],
    },
  });
});

test('bars are at most sixty; a line takes a thousand', () => {
  const many = Array.from({ length: 1_100 }, (_, index) => [`n${index}`, String(index), '1']);
  const shown = (type: 'bar' | 'line'): string[] => {
    const block = chartIn({ type, y: ['orders'] }, { rows: many });
    return block?.kind === 'chart' ? [...block.chart.categories] : [];
  };
  expect([shown('bar').length, shown('line').length]).toEqual([60, 1_000]);
  expect(shown('bar').at(-1)).toBe('n59');
});

test.each<[QueryChart, string]>([
  [{ type: 'bar', y: 'sum' }, 'No chart: the result has no column sum.'],
  [{ type: 'bar', x: 'where' }, 'No chart: the result has no column where.'],
  [{ type: 'bar', x: 'orders', y: ['total', 'country'] }, 'No chart: the column country has no numbers.'],
])('a chart that cannot be drawn (%j) is a warning, and the table stands', (chart, words) => {
  const blocks = queryBlocks(data({ chart }));
  expect(blocks[1]).toEqual({ kind: 'paragraph', tone: 'warning', text: words });
  expect(blocks[2]?.kind).toBe('table');
});

test('a result without numbers has no chart, and one without rows needs none', () => {
  expect(chartIn({ type: 'bar' }, { columns: columns.slice(0, 1), rows: [['a']] })).toMatchObject({
    text: 'No chart: the result has no column of numbers beside the first.',
  });
  expect(queryBlocks(data({ chart: { type: 'bar' }, rows: [], row_count: 0 }))).toHaveLength(2);
});

test('the file of its rows keeps every digit, and no text of it is a formula', () => {
  expect([...queryCsv(data())]).toEqual([
    'country,orders,total\r\n',
    '日本,9007199254740993,-12.50\r\n',
    "'=cmd|calc,2,\r\n",
  ]);
});

const query = { title: 'One', sql: 'select 1' };
const asked = (change: object) => generateReportBody.safeParse({ type: 'sql', queries: [query], ...change });

test('a report of statements is asked for with one query at least, and with one alone as CSV', () => {
  expect(asked({}).data).toMatchObject({
    type: 'sql',
    format: 'html',
    queries: [{ ...query, params: [], data_source: 'demo' }],
  });
  expect(asked({ queries: [] }).success).toBe(false);
  expect(asked({ queries: Array.from({ length: 21 }, () => query) }).success).toBe(false);
  expect(asked({ format: 'csv' }).success).toBe(true);
  expect(asked({ format: 'csv', queries: [query, query] }).error?.issues).toMatchObject([
    { path: ['queries'], message: 'csv holds one table: ask for one query' },
  ]);
});

test.each<[unknown, boolean]>([
  ['bar', true],
  [{ type: 'line', x: 'at', y: ['a', 'b'] }, true],
  ['pie', false],
  [{ type: 'bar', z: 'depth' }, false],
  [{ type: 'bar', y: [] }, false],
])('a chart of %j is taken: %j', (chart, isTaken) => {
  expect(asked({ queries: [{ ...query, chart }] }).success).toBe(isTaken);
});

test('queries that are too long together are refused, however few they are', () => {
  const long = { title: 'Long', sql: `select '${'x'.repeat(90_000)}'` };
  expect(asked({ queries: [long, long] }).success).toBe(true);
  expect(asked({ queries: [long, long, long] }).success).toBe(false);
});

test.each([
  [[], [0, 1]],
  [
    [0, 0],
    [0, 1],
  ],
  [
    [1, 9],
    [0, 2, 4, 6, 8, 10],
  ],
  [
    [-3, 2],
    [-3, -2, -1, 0, 1, 2],
  ],
  [
    [-7, -1],
    [-8, -6, -4, -2, 0],
  ],
  [
    [0.1, 0.3],
    [0, 0.1, 0.2, 0.3],
  ],
  [[41_000], [0, 10_000, 20_000, 30_000, 40_000, 50_000]],
] as [number[], number[]][])('the values %j have an axis with the marks %j', (values, marks) => {
  expect(valueScale(values).marks).toEqual(marks);
});

test('an axis spans its values, from the smallest number to the largest', () => {
  const scale = valueScale([-1, 3]);
  expect([scale.marks[0], scale.marks.at(-1)].map((mark) => scale.shareOf(mark ?? NaN))).toEqual([0, 1]);
  expect(scale.shareOf(1)).toBeCloseTo(0.5);
  for (const values of [[-Number.MAX_VALUE, Number.MAX_VALUE], [Number.MIN_VALUE], [1e-300, 5e-300]]) {
    const { marks, shareOf } = valueScale(values);
    expect(marks.length).toBeLessThan(15);
    for (const value of values) expect(shareOf(value)).toBeGreaterThanOrEqual(0);
    for (const value of values) expect(shareOf(value)).toBeLessThanOrEqual(1);
  }
});
