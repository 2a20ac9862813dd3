import type { JsonValue, ResultColumn } from '../sql/result-values.js';
import { humanCount, humanDuration } from './human-units.js';
import { chartOf, number, tableOf, text } from './blocks.js';
import { csvLine } from './csv.js';
import type { ReportBlock, ReportColumn } from './document.js';
import { cellOf, chartOfRows, isNumeric, type QueryChart } from './query-chart.js';

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

function drawn({ columns, rows, chart }: QueryData): ReportBlock[] {
  if (chart === null || rows.length === 0) return [];
  const drawing = chartOfRows({ columns, rows, chart });
  if ('fault' in drawing)
    return [{ kind: 'paragraph', tone: 'warning', text: `No chart: ${drawing.fault}.` }];
  return chartOf(drawing.chart);
}

function columnOf(column: ResultColumn): ReportColumn {
  return isNumeric(column) ? number(column.name) : text(column.name);
}
