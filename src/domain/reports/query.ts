import { isExactNumber, kindOf, type JsonValue, type ResultColumn } from '../sql/result-values.js';
import { humanCount, humanDuration } from './human-units.js';
import { chartOf, number, tableOf, text } from './blocks.js';
import { csvLine } from './csv.js';
import type { ReportBlock, ReportColumn } from './document.js';

/** The result of a statement: the rows of the report, and the address of all stored rows. */
export interface QueryData {
  readonly session_id: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
  readonly row_count: number;
  /** There are more rows than these. */
  readonly truncated: boolean;
  readonly execution_ms: number;
  readonly chart: QueryChart | null;
}

export interface QueryChart {
  readonly type: 'bar' | 'line';
  /** Absent: the first column. */
  readonly x?: string | undefined;
  /** Absent: every other column of numbers. */
  readonly y?: string | readonly string[] | undefined;
}

/** A chart of more than these cannot be read; the table has all of them. */
const MOST_CATEGORIES = { bar: 60, line: 1_000 } as const;

export function queryBlocks(data: QueryData): ReportBlock[] {
  const { columns, rows, session_id, execution_ms, truncated } = data;
  const count = `${truncated ? 'The first ' : ''}${humanCount(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`;
  const more = truncated ? '; there are more' : '';
  return [
    { kind: 'paragraph', text: `${count}${more}, in ${humanDuration(execution_ms)}. Run ${session_id}.` },
    ...drawn(data),
    tableOf(
      columns.map(columnOf),
      rows.map((row) => row.map(cellOf)),
    ),
  ];
}

/** A file of its rows. A number with a sign is no formula, so exact numbers stay as they are. */
export function* queryCsv({ columns, rows }: QueryData): Generator<string> {
  const plain = columns.map(isNumeric);
  yield csvLine(columns.map(({ name }) => name));
  for (const row of rows) yield csvLine(row, plain);
}

function drawn(data: QueryData): ReportBlock[] {
  if (data.chart === null || data.rows.length === 0) return [];
  const { type } = data.chart;
  const axes = axesOf(data.columns, data.chart);
  if ('fault' in axes) return [{ kind: 'paragraph', tone: 'warning', text: `No chart: ${axes.fault}.` }];
  const { x, y } = axes;
  // A gap cannot be drawn, and a zero in its place would be a lie.
  const points = data.rows.filter((row) => y.every((index) => numberOf(row[index]) !== undefined));
  const shown = points.slice(0, MOST_CATEGORIES[type]);
  const nameOf = (index: number): string => data.columns[index]?.name ?? '';
  const names = y.map(nameOf).join(', ');
  return chartOf({
    title: `${names} by ${nameOf(x)}${shown.length < data.rows.length ? ` (${shown.length} of ${data.rows.length} rows)` : ''}`,
    shape: type === 'bar' ? 'bars' : 'lines',
    unit: names,
    categories: shown.map((row) => cellOf(row[x] ?? null)),
    series: y.map((index) => ({
      name: nameOf(index),
      values: shown.map((row) => numberOf(row[index]) ?? 0),
    })),
  });
}

type Axes = { readonly x: number; readonly y: readonly number[] } | { readonly fault: string };

function axesOf(columns: readonly ResultColumn[], { x, y }: QueryChart): Axes {
  const placeOf = (name: string): number => columns.findIndex((column) => column.name === name);
  const named = y === undefined ? [] : typeof y === 'string' ? [y] : y;
  const absent = named.concat(x ?? []).find((name) => placeOf(name) === -1);
  if (absent !== undefined) return { fault: `the result has no column ${absent}` };
  const category = x === undefined ? 0 : placeOf(x);
  const values =
    y === undefined
      ? columns.flatMap((column, index) => (index !== category && isNumeric(column) ? [index] : []))
      : named.map(placeOf);
  if (values.length === 0) return { fault: 'the result has no column of numbers beside the first' };
  const text = values
    .map((index) => columns[index])
    .find((column) => column !== undefined && !isNumeric(column));
  return text === undefined
    ? { x: category, y: values }
    : { fault: `the column ${text.name} has no numbers` };
}

/** A chart may round what a table must not. */
function numberOf(value: JsonValue | undefined): number | undefined {
  if (value === null || value === undefined || typeof value === 'boolean') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function columnOf(column: ResultColumn): ReportColumn {
  return isNumeric(column) ? number(column.name) : text(column.name);
}

function isNumeric({ type }: ResultColumn): boolean {
  return kindOf(type) === 'number' || isExactNumber(type);
}

function cellOf(value: JsonValue): string {
  return value === null ? '–' : String(value);
}
