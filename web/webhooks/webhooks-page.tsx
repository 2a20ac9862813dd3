import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { Webhook } from '../app/types';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { RecordTable, type Column } from '../ui/record-table';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { NewWebhookDialog } from './new-webhook-dialog';
import { WebhookDialog } from './webhook-dialog';
import { useWebhooks, statusOf } from './webhook-queries';

/** Webhooks and the state of their deliveries. */
export function WebhooksPage() {
  const words = t().webhooks;
  const address = useAddress();
  const isNew = useSignal(false);
  const webhooks = useWebhooks();
  usePageTitle(t().nav.webhooks);
  const chosen = webhooks.data?.items.find(({ id }) => id === address.get('webhook'));
  return (
    <div class="page">
      <a class="page-above" href="/operations">
        {t().nav.operations}
      </a>
      <header class="page-head">
        <h1>{t().nav.webhooks}</h1>
        <Button kind="primary" icon="plus" onClick={() => (isNew.value = true)}>
          {words.add}
        </Button>
      </header>
      <Loaded query={webhooks} skeleton={<TableSkeleton rows={3} px={60} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.none} text={words.noneText} />
          ) : (
            <WebhookTable webhooks={items} onOpen={(webhook) => address.set({ webhook })} />
          )
        }
      </Loaded>
      {isNew.value && <NewWebhookDialog onClose={() => (isNew.value = false)} />}
      {chosen !== undefined && (
        <WebhookDialog webhook={chosen} onClose={() => address.set({ webhook: undefined }, true)} />
      )}
    </div>
  );
}

interface WebhookTableProps {
  readonly webhooks: readonly Webhook[];
  readonly onOpen: (id: string) => void;
}

function WebhookTable({ webhooks, onOpen }: WebhookTableProps) {
  return <RecordTable label={t().nav.webhooks} items={webhooks} columns={columnsOfWebhooks(onOpen)} />;
}

function columnsOfWebhooks(open: (id: string) => void): readonly Column<Webhook>[] {
  const words = t().webhooks;
  return [
    {
      name: words.url,
      kind: 'topic',
      cell: ({ id, url, description }) => (
        <>
          <button type="button" class="link" dir="auto" onClick={() => open(id)}>
            {url}
          </button>
          <div class="quiet" dir="auto">
            {description}
          </div>
        </>
      ),
    },
    {
      name: words.events,
      cell: ({ events }) => (events.includes('*') ? words.everything : events.join(', ')),
    },
    { name: t().sessions.state, cell: (webhook) => <StateMark status={statusOf(webhook)} /> },
    {
      name: words.lastSuccess,
      kind: 'quiet',
      cell: ({ lastSuccessAt }) => (lastSuccessAt === null ? '–' : <Ago at={lastSuccessAt} />),
    },
  ];
}
