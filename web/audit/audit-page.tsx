import { systemActorId } from '../../src/domain/audit/system-actor.js';
import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { dateTime, number } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { QueryOf, AuditLog } from '../app/types';
import { useAction } from '../app/use-action';
import { Blocks } from '../ui/blocks';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { EntriesSkeleton, FacetsSkeleton } from '../ui/skeletons';
import { Ago } from '../ui/time';
import { SavedViews } from '../views/saved-views';
import { AuditChange } from './audit-change';
import { AuditFilters } from './audit-filters';
import { Proof, VerifyButton } from './verify-log';

const filterNames = ['resourceType', 'resourceId', 'action', 'actorId', 'from', 'to'] as const;
type Filters = Pick<QueryOf<'getAuditFacets'>, (typeof filterNames)[number]>;

/**
 * The audit log: actor, action, target and time of each entry. Facets narrow it; a row shows what it was
 * before and after.
 */
export function AuditPage() {
  const address = useAddress();
  usePageTitle(t().nav.audit);
  const filters: Filters = Object.fromEntries(
    filterNames.map((name) => [name, address.get(name)]).filter(([, value]) => value !== ''),
  );
  const entries = useInfiniteQuery({
    queryKey: ['audit', filters],
    queryFn: ({ pageParam, signal }) =>
      call('listAuditLogs', { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const loaded = {
    data: entries.data?.pages.flatMap(({ items }) => items),
    error: entries.error,
    failureCount: entries.failureCount,
    failureReason: entries.failureReason,
    refetch: entries.refetch,
  };
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t().nav.audit}</h1>
        <div class="row">
          <SavedViews page="audit" names={filterNames} />
          <VerifyButton />
          <ExportButtons filters={filters} />
        </div>
      </header>
      <Proof />
      <AuditFilters />
      <div class="audit-columns">
        <Facets filters={filters} />
        <div class="audit-entries">
          <Loaded query={loaded} skeleton={<EntriesSkeleton rows={16} />}>
            {(items) => (items.length === 0 ? <Empty title={t().audit.none} /> : <Entries entries={items} />)}
          </Loaded>
          {entries.hasNextPage && (
            <Button busy={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
              {t().actions.loadMore}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

function ExportButtons({ filters }: { readonly filters: Filters }) {
  const address = useAddress();
  const { busy, run } = useAction();
  const start = (format: 'ndjson' | 'csv'): Promise<boolean> =>
    run(async () => {
      const { jobId } = await call('exportAuditLog', { body: { format, ...filters } });
      address.go(`/jobs/${jobId}`);
    });
  return (
    <>
      {(['ndjson', 'csv'] as const).map((format) => (
        <Button key={format} icon="download" busy={busy.value} onClick={() => void start(format)}>
          {t().audit.export} {format.toUpperCase()}
        </Button>
      ))}
    </>
  );
}

function Facets({ filters }: { readonly filters: Filters }) {
  const words = t().audit;
  const facets = useQuery({
    queryKey: ['audit', 'facets', filters],
    queryFn: ({ signal }) => call('getAuditFacets', { query: filters, signal }),
    placeholderData: (before) => before,
  });
  return (
    <aside class="facets" aria-label={words.facets}>
      <Loaded query={facets} skeleton={<FacetsSkeleton groups={[7, 4, 2]} />}>
        {({ action, resourceType, actor }) => (
          <>
            <Facet
              name="resourceType"
              title={words.what}
              values={resourceType.map(named(words.resources))}
              chosen={filters.resourceType}
            />
            <Facet
              name="action"
              title={words.action}
              values={action.map(named(words.actions))}
              chosen={filters.action}
            />
            <Facet
              name="actorId"
              title={words.who}
              values={actor.map(({ id, name, count }) => ({
                value: id ?? systemActorId(name),
                label: id === null ? words.system(name) : name,
                count,
              }))}
              chosen={filters.actorId}
            />
          </>
        )}
      </Loaded>
    </aside>
  );
}

type Words = Readonly<Record<string, string>>;

const wordOf = (words: Words, code: string): string => words[code] ?? code.replaceAll('_', ' ');

const named =
  (words: Words) =>
  ({ value, count }: { readonly value: string; readonly count: number }) => ({
    value,
    count,
    label: wordOf(words, value),
  });

interface FacetProps {
  readonly name: 'resourceType' | 'action' | 'actorId';
  readonly title: string;
  readonly values: readonly { readonly value: string; readonly label: string; readonly count: number }[];
  readonly chosen: string | undefined;
}

const MOST_VALUES = 12;

function Facet({ name, title, values, chosen }: FacetProps) {
  const address = useAddress();
  if (values.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {values.slice(0, MOST_VALUES).map(({ value, label, count }) => (
          <li key={value}>
            <button
              type="button"
              class="facet"
              aria-pressed={value === chosen}
              onClick={() => address.set({ [name]: value === chosen ? undefined : value }, true)}
            >
              <span dir="auto">{label}</span>
              <span class="figures quiet">{number(count)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Entries({ entries }: { readonly entries: readonly AuditLog[] }) {
  return (
    <div class="audit-list" role="list">
      <Blocks items={entries} tag="div">
        {(entry, place) => (
          <div key={entry.id} class="audit-entry" role="listitem" aria-setsize={-1} aria-posinset={place + 1}>
            <details>
              <summary>
                <span class="audit-line">
                  <strong dir="auto">{entry.actor.name}</strong>{' '}
                  <span>{wordOf(t().audit.actions, entry.action)}</span>{' '}
                  <span class="chip">{wordOf(t().audit.resources, entry.resourceType)}</span>{' '}
                  <code class="audit-id">{entry.resourceId}</code>
                </span>
                <span class="quiet">
                  <Ago at={entry.timestamp} />
                </span>
              </summary>
              <EntryDetail entry={entry} />
            </details>
          </div>
        )}
      </Blocks>
    </div>
  );
}

function EntryDetail({ entry }: { readonly entry: AuditLog }) {
  const words = t().audit;
  const address = useAddress();
  const facts: [string, string | null | undefined][] = [
    [words.when, dateTime(entry.timestamp)],
    [words.who, entry.actor.email ?? entry.actor.name],
    [words.why, entry.reason],
    [words.from, entry.origin?.ip],
    [words.program, entry.origin?.userAgent],
    [t().problems.requestId, entry.requestId],
    [words.place, entry.seq === null ? words.notSealed : `${entry.seq} · ${entry.hash?.slice(0, 16) ?? ''}…`],
  ];
  return (
    <div class="audit-detail">
      <AuditChange before={entry.before} after={entry.after} />
      <dl class="facts">
        {facts.map(([name, value]) =>
          value == null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ),
        )}
      </dl>
      <p>
        <Button icon="filter" onClick={() => address.set({ resourceId: entry.resourceId })}>
          {words.aboutThis}
        </Button>
      </p>
    </div>
  );
}
