import { t } from '../app/i18n';
import type { ReportQuery } from '../app/types';
import { useDataSources } from '../sql/sql-queries';
import { Button } from '../ui/button';
import { AreaField, SelectField, TextField } from '../ui/field';

type ChartKind = 'bar' | 'line';

const DEFAULT_SOURCE = 'demo';
export const newQuery: ReportQuery = { title: '', sql: '', data_source: DEFAULT_SOURCE };

const MOST_QUERIES = 20;

interface QueryFieldsProps {
  readonly queries: readonly ReportQuery[];
  readonly onChange: (queries: readonly ReportQuery[]) => void;
}

/** The statements of a report, one section each. */
export function QueryFields({ queries, onChange }: QueryFieldsProps) {
  const words = t().reports;
  const setAt = (place: number, query: ReportQuery): void =>
    onChange(queries.map((each, index) => (index === place ? query : each)));
  return (
    <>
      {queries.map((query, index) => (
        <fieldset key={index}>
          <legend>{words.query(index + 1)}</legend>
          <OneQuery query={query} onChange={(next) => setAt(index, next)} />
          {queries.length > 1 && (
            <Button kind="quiet" onClick={() => onChange(queries.filter((_, place) => place !== index))}>
              {words.removeQuery}
            </Button>
          )}
        </fieldset>
      ))}
      {queries.length < MOST_QUERIES && (
        <Button onClick={() => onChange(queries.concat(newQuery))}>{words.addQuery}</Button>
      )}
    </>
  );
}

interface OneQueryProps {
  readonly query: ReportQuery;
  readonly onChange: (query: ReportQuery) => void;
}

function OneQuery({ query, onChange }: OneQueryProps) {
  const words = t().reports;
  const sources = useDataSources().data?.data_sources.map(({ name }) => name) ?? [];
  const source = query.data_source ?? DEFAULT_SOURCE;
  const names = [...new Set(sources.concat(source))];
  return (
    <>
      <div class="grid-2">
        <TextField
          label={words.queryTitle}
          value={query.title}
          onChange={(title) => onChange({ ...query, title })}
          maxLength={200}
        />
        <SelectField
          label={words.source}
          value={source}
          options={names.map((name) => [name, name] as const)}
          onChange={(data_source) => onChange({ ...query, data_source })}
        />
      </div>
      <AreaField
        label={words.statement}
        value={query.sql}
        onChange={(sql) => onChange({ ...query, sql })}
        code
      />
      <SelectField
        label={words.chart}
        value={chartOf(query)}
        options={(['', 'bar', 'line'] as const).map((kind) => [kind, words.charts[kind]] as const)}
        onChange={(kind) => onChange(withChart(query, kind as ChartKind | ''))}
      />
    </>
  );
}

function chartOf({ chart }: ReportQuery): ChartKind | '' {
  if (chart === undefined) return '';
  return typeof chart === 'string' ? chart : chart.type;
}

/** Columns that were named for a chart stay named when only its kind changes. */
function withChart(query: ReportQuery, kind: ChartKind | ''): ReportQuery {
  const { chart, ...rest } = query;
  if (kind === '') return rest;
  return { ...rest, chart: typeof chart === 'object' ? { ...chart, type: kind } : kind };
}
