import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { SessionSummary } from '../app/types';
import { useSteadyList } from '../inbox/steady-list';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { DemoButton } from './demo-button';
import { rememberOrder } from './list-order';
import { SelectionBar } from './selection-bar';
import { SessionFilters } from './session-filters';
import { filterNames, startOf, useSessionList, type SessionFilters as Filters } from './session-list-queries';
import { SessionTable } from './session-table';
import { StartDialog } from './start-dialog';

/** All sessions that this person may see. The address holds the filters. */
export function SessionsPage() {
  const words = t().sessions;
  const address = useAddress();
  usePageTitle(t().nav.sessions);
  const filters = filtersOf(address.get);
  const list = useSessionList(filters);
  const start = (): void => address.set({ start: '1' });
  useKeys([{ keys: 'n', group: 'lists', label: words.start, run: start }]);
  const loaded = {
    data: list.data?.pages.flatMap(({ items }) => items),
    error: list.error,
    failureCount: list.failureCount,
    failureReason: list.failureReason,
    refetch: list.refetch,
  };
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t().nav.sessions}</h1>
        <Button kind="primary" icon="plus" hint="n" onClick={start}>
          {words.start}
        </Button>
      </header>
      <SessionFilters filters={filters} />
      <Loaded query={loaded} skeleton={<TableSkeleton px={44} columns={2} />}>
        {(items) =>
          items.length === 0 ? (
            <NoSessions filtered={Object.keys(filters).length > 0} />
          ) : (
            <List items={items} />
          )
        }
      </Loaded>
      {list.hasNextPage && (
        <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t().actions.loadMore}
        </Button>
      )}
      {address.get('start') !== '' && <StartDialog onClose={() => address.set({ start: undefined }, true)} />}
    </div>
  );
}

function filtersOf(get: (name: string) => string): Filters {
  const given = filterNames.map((name) => [name, get(name)] as const).filter(([, value]) => value !== '');
  const createdFrom = startOf(get('since'));
  return Object.fromEntries(createdFrom === undefined ? given : [...given, ['createdFrom', createdFrom]]);
}

function NoSessions({ filtered }: { readonly filtered: boolean }) {
  const words = t().sessions;
  if (filtered) return <Empty title={words.noneMatch} text={words.noneMatchText} />;
  return (
    <Empty title={words.none} text={words.noneText}>
      <DemoButton />
    </Empty>
  );
}

function List({ items }: { readonly items: readonly SessionSummary[] }) {
  const { shown, arrived, show } = useSteadyList(items);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  useEffect(() => rememberOrder(shown.map(({ id }) => id)), [shown]);
  return (
    <>
      {arrived > 0 && (
        <button type="button" class="arrived" onClick={show}>
          {t().inbox.arrived(arrived)}
        </button>
      )}
      <SessionTable sessions={shown} selected={selected} />
      {selected.value.size > 0 && (
        <SelectionBar
          sessions={shown.filter(({ id }) => selected.value.has(id))}
          onClear={() => (selected.value = new Set())}
        />
      )}
    </>
  );
}
