import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { duration, number, percent, shortDateTime } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import type { HistorySeries, HistoryWindow } from '../app/types';
import { Explain } from '../ui/explain';
import { SelectField } from '../ui/field';
import { Empty, Loaded } from '../ui/panel';
import { RecordTable, type Column } from '../ui/record-table';
import { TableSkeleton } from '../ui/skeletons';
import { EndedBars, SlowTrend } from './history-chart';

const POLL_MS = 60_000;
const CHART_ROW_PX = 51;

/** Work that ended, failed or took long, part by part of the window. */
export function History({ window }: { readonly window: HistoryWindow }) {
  const history = useQuery({
    queryKey: ['operations', 'history', window],
    queryFn: ({ signal }) => call('workHistory', { query: { window }, signal }),
    refetchInterval: POLL_MS,
    placeholderData: (before) => before,
  });
  return (
    <Loaded query={history} skeleton={<TableSkeleton rows={4} px={CHART_ROW_PX} />}>
      {({ series, partMs }) =>
        series.length === 0 ? (
          <Empty title={t().operations.nothingRan} />
        ) : (
          <>
            <SeriesTable series={series} />
            <p class="quiet">{t().operations.historyBasis(duration(partMs))}</p>
            <PartByPart series={series} />
          </>
        )
      }
    </Loaded>
  );
}

type Named = HistorySeries & { readonly id: string; readonly title: string };

function named(series: HistorySeries): Named {
  return { ...series, id: `${series.of}.${series.name}`, title: titleOf(series) };
}

function titleOf({ of, name }: HistorySeries): string {
  const words = t().operations;
  if (of === 'gate') return words.decisions;
  const titles: Readonly<Record<string, string>> = of === 'step' ? t().steps : words.runKinds;
  return words.workOf[of](titles[name] ?? name);
}

function SeriesTable({ series }: { readonly series: readonly HistorySeries[] }) {
  const words = t().operations;
  const columns: readonly Column<Named>[] = [
    { name: words.work, cell: ({ title }) => title },
    {
      name: words.ended,
      cell: ({ title, points, total }) => (
        <span class="history-cell">
          <EndedBars name={title} points={points} /> <span class="figures">{number(total.count)}</span>
        </span>
      ),
    },
    { name: words.errorRate, kind: 'number', cell: ({ total }) => <Errors total={total} /> },
    {
      name: words.took,
      cell: ({ of, title, points, total }) =>
        total.p95Ms === null ? (
          '–'
        ) : (
          <span class="history-cell">
            <SlowTrend name={title} points={points} />{' '}
            <Explain basis={words.tookBasis(duration(total.p50Ms ?? 0), duration(total.p95Ms), of === 'run')}>
              {duration(total.p95Ms)}
            </Explain>
          </span>
        ),
    },
    {
      name: words.waited,
      kind: 'number',
      cell: ({ of, total }) =>
        total.waitP95Ms === null ? (
          '–'
        ) : (
          <Explain basis={words.waitedBasis[of](duration(total.waitP50Ms ?? 0), duration(total.waitP95Ms))}>
            {duration(total.waitP95Ms)}
          </Explain>
        ),
    },
  ];
  return <RecordTable label={words.overTime} columns={columns} items={series.map(named)} />;
}

function Errors({ total: { count, failed } }: Pick<HistorySeries, 'total'>) {
  if (count === 0) return <>–</>;
  const basis = t().operations.errorBasis(number(failed), number(count));
  return <Explain basis={basis}>{percent(failed / count)}</Explain>;
}

/** The numbers of one kind of work, for readers of a screen and for everybody who wants them exactly. */
function PartByPart({ series }: { readonly series: readonly HistorySeries[] }) {
  const words = t().operations;
  const address = useAddress();
  const all = series.map(named);
  const chosen = all.find(({ id }) => id === address.get('work')) ?? all[0]!;
  const time = (ms: number | null): string => (ms === null ? '–' : duration(ms));
  const columns: readonly Column<HistorySeries['points'][number] & { readonly id: string }>[] = [
    { name: words.partFrom, cell: ({ at }) => <time dateTime={at}>{shortDateTime(at)}</time> },
    { name: words.ended, kind: 'number', cell: ({ count }) => number(count) },
    { name: words.failed, kind: 'number', cell: ({ failed }) => number(failed) },
    { name: words.median, kind: 'number', cell: ({ p50Ms }) => time(p50Ms) },
    { name: words.took, kind: 'number', cell: ({ p95Ms }) => time(p95Ms) },
    { name: words.waited, kind: 'number', cell: ({ waitP95Ms }) => time(waitP95Ms) },
  ];
  return (
    <details class="history-parts">
      <summary>{words.partByPart}</summary>
      <SelectField
        label={words.work}
        value={chosen.id}
        options={all.map(({ id, title }) => [id, title])}
        onChange={(next) => address.set({ work: next }, true)}
      />
      <RecordTable
        label={`${words.partByPart}: ${chosen.title}`}
        columns={columns}
        items={chosen.points.map((point) => ({ ...point, id: point.at }))}
      />
    </details>
  );
}
