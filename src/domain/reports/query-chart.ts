import { isExactNumber, kindOf, type JsonValue, type ResultColumn } from '../sql/result-values.js';
import type { ReportChart } from './document.js';

export interface QueryChart {
  readonly type: 'bar' | 'line';
  /** Absent: the first column. */
  readonly x?: string | undefined;
  /** Absent: every other column of numbers. */
  readonly y?: string | readonly string[] | undefined;
}

interface ChartedRows {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
  readonly chart: QueryChart;
}

type Drawing = { readonly chart: ReportChart } | { readonly fault: string };

/** A chart of more than these cannot be read; the table has all of them. */
const MOST_CATEGORIES = { bar: 60, line: 1_000 } as const;

/** The chart of a result, or the reason why there is none. */
export function chartOfRows({ columns, rows, chart }: ChartedRows): Drawing {
  const axes = axesOf(columns, chart);
  if ('fault' in axes) return axes;
  const { x, y } = axes;
  // A gap cannot be drawn, and a zero in its place would be a lie.
  const points = rows.filter((row) => y.every((index) => numberOf(row[index]) !== undefined));
  const shown = points.slice(0, MOST_CATEGORIES[chart.type]);
  const nameOf = (index: number): string => columns[index]?.name ?? '';
  const names = y.map(nameOf).join(', ');
  const drawing: ReportChart = {
    title: `${names} by ${nameOf(x)}${shown.length < rows.length ? ` (${shown.length} of ${rows.length} rows)` : ''}`,
    shape: chart.type === 'bar' ? 'bars' : 'lines',
    unit: names,
    categories: shown.map((row) => cellOf(row[x] ?? null)),
    series: y.map((index) => ({
      name: nameOf(index),
      values: shown.map((row) => numberOf(row[index]) ?? 0),
    })),
  };
  return { chart: drawing };
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

export function isNumeric({ type }: ResultColumn): boolean {
  return kindOf(type) === 'number' || isExactNumber(type);
}

export function cellOf(value: JsonValue): string {
  return value === null ? '–' : String(value);
}
