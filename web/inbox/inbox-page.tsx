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
import { useInbox, type InboxItem } from './inbox-items';
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
  return kind !== 'sql' && gate?.jobId == null;
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

function Inbox({ items }: { readonly items: readonly InboxItem[] }) {
  const address = useAddress();
  const { shown, arrived, show } = useSteadyList(items);
  const list = useRef<HTMLDivElement>(null);
  const isBulk = useSignal(false);
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
    if (chosen.gate?.jobId != null) address.go(`/notifications/runs/${chosen.gate.jobId}`);
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
            {t().nav.inbox} <span class="count">{items.length}</span>
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
