import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { duration, number, percent } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { SessionMetrics } from '../app/types';
import { Explain } from '../ui/explain';
import { Empty, Loaded, Panel } from '../ui/panel';
import { RecordTable, type Column } from '../ui/record-table';
import { TableSkeleton } from '../ui/skeletons';
import { StateMark } from '../ui/state-mark';
import { Failures } from './failures';
import { Health } from './health';
import { History } from './history';
import { Queues } from './queues';
import { RetentionPart } from './retention';

const POLL_MS = 10_000;
const windows = ['1h', '24h', '7d', '30d'] as const;

/** The operator's page: parts that are down, stuck, failing or slow. */
export function OperationsPage() {
  const words = t().operations;
  usePageTitle(t().nav.operations);
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t().nav.operations}</h1>
        <a class="button button-plain" href="/webhooks">
          {t().nav.webhooks}
        </a>
      </header>
      <section class="operations-part">
        <h2>{words.health}</h2>
        <Panel>
          <Health />
        </Panel>
      </section>
      <section class="operations-part">
        <h2>{words.queues}</h2>
        <Panel>
          <Queues />
        </Panel>
      </section>
      <section class="operations-part">
        <h2>{words.failures}</h2>
        <Panel>
          <Failures />
        </Panel>
      </section>
      <Panel>
        <Metrics />
      </Panel>
      <section class="operations-part">
        <h2>{words.retention}</h2>
        <Panel>
          <RetentionPart />
        </Panel>
      </section>
    </div>
  );
}

function Metrics() {
  const words = t().operations;
  const address = useAddress();
  const chosen = windows.find((each) => each === address.get('window')) ?? '24h';
  const metrics = useQuery({
    queryKey: ['operations', 'metrics', chosen],
    queryFn: ({ signal }) => call('getSessionMetrics', { query: { window: chosen }, signal }),
    refetchInterval: POLL_MS,
    placeholderData: (before) => before,
  });
  return (
    <>
      <section class="operations-part">
        <header class="page-head">
          <h2>{words.overTime}</h2>
          <div class="segments" role="group" aria-label={words.window}>
            {windows.map((each) => (
              <button
                key={each}
                type="button"
                aria-pressed={each === chosen}
                onClick={() => address.set({ window: each === '24h' ? undefined : each }, true)}
              >
                {each}
              </button>
            ))}
          </div>
        </header>
        <Panel>
          <History window={chosen} />
        </Panel>
      </section>
      <section class="operations-part">
        <h2>{words.speed}</h2>
        <Loaded query={metrics} skeleton={<TableSkeleton rows={6} />}>
          {(data) => <Speed metrics={data} />}
        </Loaded>
      </section>
      {metrics.data !== undefined && (
        <>
          <StalledSessions title={words.stuck} none={words.noneStuck} stalled={metrics.data.stuck} />
          <StalledSessions title={words.stale} none={words.noneStale} stalled={metrics.data.stale} />
        </>
      )}
    </>
  );
}

function Speed({ metrics }: { readonly metrics: SessionMetrics }) {
  const words = t().operations;
  if (metrics.bottlenecks.length === 0) return <Empty title={words.nothingRan} />;
  const errors = new Map<string, number | null>(
    metrics.templates.flatMap(({ template, phases }) =>
      phases.flatMap(({ phase, steps }) =>
        steps.map(({ step, errorRate }) => [`${template} ${phase} ${step}`, errorRate] as const),
      ),
    ),
  );
  const columns: readonly Column<Bottleneck>[] = [
    { name: words.step, cell: ({ template, phase, step }) => `${template} · ${phase} · ${t().steps[step]}` },
    {
      name: words.share,
      cell: ({ share }) => (
        <span class="share-cell">
          <span class="share" style={{ '--width': share }} />{' '}
          <Explain basis={words.shareBasis}>{percent(share)}</Explain>
        </span>
      ),
    },
    { name: words.runs, kind: 'number', cell: ({ runs }) => number(runs) },
    {
      name: 'p95',
      kind: 'number',
      cell: ({ runs, p95Ms }) =>
        p95Ms === null ? '–' : <Explain basis={words.slowBasis(number(runs))}>{duration(p95Ms)}</Explain>,
    },
    {
      name: words.errorRate,
      kind: 'number',
      cell: ({ id }) => {
        const rate = errors.get(id);
        return rate == null ? '–' : <Explain basis={words.rateBasis}>{percent(rate)}</Explain>;
      },
    },
  ];
  const items = metrics.bottlenecks.map((each) =>
    Object.assign({ id: `${each.template} ${each.phase} ${each.step}` }, each),
  );
  return (
    <>
      {metrics.humanShare !== null && (
        <p class="quiet">
          <Explain basis={words.humanBasis}>{words.human(percent(metrics.humanShare))}</Explain>
        </p>
      )}
      <RecordTable label={words.speed} columns={columns} items={items} />
    </>
  );
}

type Bottleneck = SessionMetrics['bottlenecks'][number] & { readonly id: string };

interface StalledProps {
  readonly title: string;
  readonly none: string;
  readonly stalled: SessionMetrics['stuck'];
}

function StalledSessions({ title, none, stalled }: StalledProps) {
  return (
    <section class="operations-part">
      <h2>
        {title} <span class="count">{stalled.total}</span>
      </h2>
      {stalled.total === 0 ? (
        <p class="quiet">{none}</p>
      ) : (
        <ul class="letters">
          {stalled.items.map(({ id, topic, status, unchangedMs }) => (
            <li key={id}>
              <StateMark status={status} />
              <a href={`/sessions/${id}`} dir="auto">
                {topic}
              </a>
              <span class="quiet figures">{duration(unchangedMs)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
