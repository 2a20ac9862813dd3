import { useSignal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { chartOfRows, isNumeric } from '../../src/domain/reports/query-chart.js';
import { valueScale, type ValueScale } from '../../src/domain/reports/value-scale.js';
import type { ReportChart } from '../../src/domain/reports/document.js';
import { shortened } from '../../src/domain/shortened.js';
import { visibleText } from '../../src/domain/visible-text.js';
import { compactNumber, number } from '../app/format';
import { t } from '../app/i18n';
import type { SqlResults } from '../app/types';
import { SelectField } from '../ui/field';
import { Loaded } from '../ui/panel';
import { rowsQuery } from './sql-queries';

/** As many rows as a line can have points. */
const MOST_ROWS = 1_000;
const MOST_SERIES = 6;
const ALL = '*';

/** A picture of the first rows of a result, by the rules of charts in reports. */
export function ResultChart({ id }: { readonly id: string }) {
  const results = useQuery(rowsQuery(id, 0, MOST_ROWS));
  return <Loaded query={results}>{(data) => <ChosenChart results={data} />}</Loaded>;
}

function ChosenChart({ results: { columns, rows, total_rows: total } }: { readonly results: SqlResults }) {
  const words = t().sql;
  const [kind, across, up] = [useSignal<'bar' | 'line'>('bar'), useSignal(''), useSignal('')];
  const x = across.value || (columns[0]?.name ?? '');
  const numbers = columns.filter((column) => isNumeric(column) && column.name !== x);
  const y = numbers.some(({ name }) => name === up.value) || up.value === ALL ? up.value : numbers[0]?.name;
  if (y === undefined) return <p class="note">{words.noNumbers}</p>;
  const drawn = y === ALL ? numbers.slice(0, MOST_SERIES).map(({ name }) => name) : [y];
  const drawing = chartOfRows({ columns, rows, chart: { type: kind.value, x, y: drawn } });
  if ('fault' in drawing) return <p class="note">{words.noNumbers}</p>;
  const { chart } = drawing;
  const title = visibleText(words.chartOf(drawn.join(', '), x));
  return (
    <figure class="chart">
      <div class="row chart-choice">
        <SelectField
          label={words.chartKind}
          value={kind.value}
          options={[
            ['bar', words.bars],
            ['line', words.line],
          ]}
          onChange={(next) => (kind.value = next === 'line' ? 'line' : 'bar')}
        />
        <SelectField
          label={words.across}
          value={x}
          options={optionsOf(columns)}
          onChange={(next) => (across.value = next)}
        />
        <SelectField
          label={words.values}
          value={y}
          options={
            numbers.length > 1 ? optionsOf(numbers).concat([[ALL, words.allValues]]) : optionsOf(numbers)
          }
          onChange={(next) => (up.value = next)}
        />
      </div>
      <figcaption dir="auto">
        {title} <span class="quiet">{words.charted(number(chart.categories.length), number(total))}</span>
      </figcaption>
      <Drawing chart={chart} label={title} />
      {chart.series.length > 1 && <Legend chart={chart} />}
    </figure>
  );
}

/** A second column of a name cannot be told from the first. */
function optionsOf(columns: SqlResults['columns']): (readonly [string, string])[] {
  return [...new Set(columns.map(({ name }) => name))].map((name) => [name, visibleText(name)]);
}

const WIDTH = 760;
const HEIGHT = 280;
const LEFT = 56;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;
const MOST_LABELS = 12;
const LONGEST_LABEL = 10;
const WIDEST_BAR = 28;

interface DrawingProps {
  readonly chart: ReportChart;
  readonly label: string;
}

function Drawing({ chart, label }: DrawingProps) {
  const { categories, series, shape } = chart;
  const scale = valueScale(series.flatMap(({ values }) => values));
  const band = (WIDTH - LEFT - RIGHT) / Math.max(1, categories.length);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {scale.marks.map((mark) => (
        <g key={mark}>
          <line class="chart-rule" x1={LEFT} x2={WIDTH - RIGHT} y1={yOf(scale, mark)} y2={yOf(scale, mark)} />
          <text class="chart-text" x={LEFT - 6} y={yOf(scale, mark) + 4} text-anchor="end">
            {compactNumber(mark)}
          </text>
        </g>
      ))}
      {categories.map(
        (category, place) =>
          place % Math.ceil(categories.length / MOST_LABELS) === 0 && (
            <text
              key={place}
              class="chart-text"
              x={LEFT + (place + 0.5) * band}
              y={HEIGHT - 8}
              text-anchor="middle"
            >
              {shortened(visibleText(category), LONGEST_LABEL)}
            </text>
          ),
      )}
      {shape === 'bars' ? (
        <Bars chart={chart} scale={scale} band={band} />
      ) : (
        <Lines chart={chart} scale={scale} band={band} />
      )}
    </svg>
  );
}

interface ShapeProps {
  readonly chart: ReportChart;
  readonly scale: ValueScale;
  /** The width of a category. */
  readonly band: number;
}

function Bars({ chart: { categories, series }, scale, band }: ShapeProps) {
  const width = Math.min(WIDEST_BAR, (band * 0.8) / series.length);
  const zero = yOf(scale, 0);
  return (
    <>
      {series.map(({ name, values }, index) => (
        <g key={index} class={`series-${index}`}>
          {values.map((value, place) => {
            const middle = LEFT + (place + 0.5) * band;
            const y = yOf(scale, value);
            return (
              <rect
                key={place}
                x={middle + (index - series.length / 2) * width}
                y={Math.min(y, zero)}
                width={width}
                height={Math.abs(y - zero)}
              >
                <title>{`${categories[place]} · ${name}: ${number(value)}`}</title>
              </rect>
            );
          })}
        </g>
      ))}
    </>
  );
}

function Lines({ chart: { series }, scale, band }: ShapeProps) {
  return (
    <>
      {series.map(({ values }, index) => (
        <polyline
          key={index}
          class={`chart-line series-${index}`}
          points={values
            .map((value, place) => `${LEFT + (place + 0.5) * band},${yOf(scale, value)}`)
            .join(' ')}
        />
      ))}
    </>
  );
}

function Legend({ chart: { series } }: { readonly chart: ReportChart }) {
  return (
    <ul class="row chart-legend">
      {series.map(({ name }, index) => (
        <li key={index} dir="auto">
          <svg class={`series-${index}`} width="10" height="10" aria-hidden="true">
            <rect width="10" height="10" />
          </svg>{' '}
          {visibleText(name)}
        </li>
      ))}
    </ul>
  );
}

function yOf(scale: ValueScale, value: number): number {
  return HEIGHT - BOTTOM - scale.shareOf(value) * (HEIGHT - TOP - BOTTOM);
}
