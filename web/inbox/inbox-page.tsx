import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import { rememberOrder } from '../sessions/list-order';
import { DemoButton } from '../sessions/demo-button';
import { Blocks } from '../ui/blocks';
import { Button } from '../ui/button';
import { Empty, Loaded, Panel } from '../ui/panel';
import { BulkApproveDialog } from './bulk-approve';
import type { InboxItem } from './inbox-item';
import { isWhole, PAGE, readMore, useInbox } from './inbox-items';
import { InboxRow } from './inbox-row';
import { InboxSkeleton } from './inbox-skeleton';
import { InboxPreview } from './inbox-preview';
import { useSteadyList } from './steady-list';

/** The list of things that wait for a person, with the chosen one beside it. */
export function InboxPage() {
  const inbox = useInbox();
  usePageTitle(t().nav.inbox);
  return (
    <div class="inbox">
      <Loaded query={inbox} heading={t().nav.inbox} skeleton={<InboxSkeleton />}>
        {(items) => (items.length === 0 ? <NothingWaits /> : <Inbox items={items} />)}
      </Loaded>
    </div>
  );
}

function isOfSession({ kind, gate }: InboxItem): boolean {
  return kind !== 'sql' && kind !== 'plan' && gate?.jobId == null;
}

function NothingWaits() {
  return (
    <div class="page">
      <h1>{t().nav.inbox}</h1>
      <Empty title={t().inbox.empty} text={t().inbox.emptyText}>
        <a class="button button-primary" href="/sessions?start=1">
          {t().sessions.start}
        </a>
        <DemoButton />
      </Empty>
    </div>
  );
}

/** The list holds the newest of each kind, and says that it does. */
function More({ before }: { readonly before: () => void }) {
  const isBusy = useSignal(false);
  const more = async (): Promise<void> => {
    before();
    isBusy.value = true;
    await readMore();
    isBusy.value = false;
  };
  return (
    <div class="inbox-more">
      <p class="quiet">{t().inbox.newest(PAGE)}</p>
      <Button busy={isBusy.value} onClick={() => void more()}>
        {t().actions.loadMore}
      </Button>
    </div>
  );
}

function Inbox({ items }: { readonly items: readonly InboxItem[] }) {
  const address = useAddress();
  const { shown, arrived, show } = useSteadyList(items);
  const list = useRef<HTMLDivElement>(null);
  const isBulk = useSignal(false);
  const wantsAll = useRef(false);
  // Items that somebody asked for are no news: each is shown in its place.
  useEffect(() => {
    if (wantsAll.current) show();
    wantsAll.current = false;
  }, [items]);
  const wanted = address.get('item');
  const chosen = shown.find(({ id }) => id === wanted) ?? shown[0];
  const choose = (item: InboxItem | undefined): void => {
    if (item === undefined) return;
    address.set({ item: item.id, edit: undefined }, true);
  };
  const place = shown.findIndex(({ id }) => id === chosen?.id);
  useEffect(() => {
    list.current?.querySelector<HTMLElement>(`[data-item="${wanted}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [wanted]);
  const move = (by: number): void => {
    choose(shown[Math.min(shown.length - 1, Math.max(0, place + by))]);
  };
  const open = (): void => {
    if (chosen === undefined) return;
    if (chosen.kind === 'plan') address.go(`/notifications/runs/${chosen.id}`);
    else if (chosen.gate?.jobId != null) address.go(`/notifications/runs/${chosen.gate.jobId}`);
    else if (chosen.kind === 'sql') address.go(`/sql?confirmation=${chosen.id}`);
    else address.go(`/sessions/${chosen.runId}`);
  };
  useEffect(() => rememberOrder(shown.filter(isOfSession).map(({ runId }) => runId)), [shown]);
  useKeys([
    { keys: 'j', group: 'lists', label: t().keys.next, run: () => move(1) },
    { keys: 'k', group: 'lists', label: t().keys.previous, run: () => move(-1) },
    { keys: 'Enter', group: 'lists', label: t().keys.open, run: open },
    { keys: 'b', group: 'lists', label: t().inbox.bulk, run: () => (isBulk.value = true) },
  ]);
  return (
    <div class="inbox-columns">
      <div class="inbox-list">
        <header class="page-head">
          <h1>
            {t().nav.inbox} <span class="count">{isWhole.value ? items.length : `${items.length}+`}</span>
          </h1>
          <Button icon="check" hint="b" onClick={() => (isBulk.value = true)}>
            {t().inbox.bulk}
          </Button>
        </header>
        {arrived > 0 && (
          <button type="button" class="arrived" onClick={show}>
            {t().inbox.arrived(arrived)}
          </button>
        )}
        <div ref={list} role="list">
          <Blocks items={shown} tag="div" pinned={place} within=".inbox-list">
            {(item, at) => (
              <InboxRow
                key={item.id}
                item={item}
                place={at + 1}
                isChosen={item.id === chosen?.id}
                onChoose={() => choose(item)}
              />
            )}
          </Blocks>
        </div>
        {!isWhole.value && <More before={() => (wantsAll.current = true)} />}
      </div>
      <section class="inbox-preview" aria-label={t().inbox.preview}>
        {chosen !== undefined && (
          <Panel reset={chosen.id}>
            <InboxPreview key={chosen.runId} item={chosen} />
          </Panel>
        )}
      </section>
      {isBulk.value && <BulkApproveDialog onClose={() => (isBulk.value = false)} />}
    </div>
  );
}
