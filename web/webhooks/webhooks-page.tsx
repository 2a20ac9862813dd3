import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { Webhook } from '../app/types';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
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
      <header class="page-head">
        <h1>{t().nav.webhooks}</h1>
        <Button kind="primary" icon="plus" onClick={() => (isNew.value = true)}>
          {words.add}
        </Button>
      </header>
      <Loaded query={webhooks}>
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
  const words = t().webhooks;
  const columns = [words.url, words.events, t().sessions.state, words.lastSuccess];
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={t().nav.webhooks}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id} class="table-row">
              <td class="topic">
                <button type="button" class="link" dir="auto" onClick={() => onOpen(webhook.id)}>
                  {webhook.url}
                </button>
                <div class="quiet" dir="auto">
                  {webhook.description}
                </div>
              </td>
              <td>{webhook.events.includes('*') ? words.everything : webhook.events.join(', ')}</td>
              <td>
                <StateMark status={statusOf(webhook)} />
              </td>
              <td class="quiet">
                {webhook.lastSuccessAt === null ? '–' : <Ago at={webhook.lastSuccessAt} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
