import { hasEnded } from '../../src/domain/webhooks/delivery-status.js';
import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { dateTime, duration } from '../app/format';
import { t } from '../app/i18n';
import { toastProblem } from '../app/toasts';
import type { Attempt, Delivery, Webhook } from '../app/types';
import { useAction } from '../app/use-action';
import { Blocks } from '../ui/blocks';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Empty, Loaded } from '../ui/panel';
import { StateMark, statusWord } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { RotateSecret } from './rotate-secret';
import { forgetWebhooks, useDeliveries, useDelivery, statusOf } from './webhook-queries';

export function WebhookDialog({
  webhook,
  onClose,
}: {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}) {
  const words = t().webhooks;
  const action = useAction();
  const run = async (work: () => Promise<unknown>, done: string): Promise<void> => {
    await action.run(work, { done });
    forgetWebhooks();
  };
  const params = { id: webhook.id };
  const toggle = (): Promise<unknown> =>
    call('changeWebhook', { params, body: { isActive: !webhook.isActive }, ifMatch: webhook.version });
  return (
    <Dialog title={words.one} side onClose={onClose}>
      <p class="row">
        <StateMark status={statusOf(webhook)} />
        <code dir="auto">{webhook.url}</code>
      </p>
      {webhook.disabledReason !== null && <p class="note note-failed">{webhook.disabledReason}</p>}
      {webhook.failingSince !== null && (
        <p class="note note-waiting">
          {words.failingSince} <Ago at={webhook.failingSince} />
        </p>
      )}
      <p class="row">
        <Button
          icon="play"
          busy={action.busy.value}
          onClick={() => void run(() => call('testWebhook', { params }), words.tested)}
        >
          {words.test}
        </Button>
        <Button busy={action.busy.value} onClick={() => void run(toggle, words.saved)}>
          {webhook.isActive ? words.switchOff : words.switchOn}
        </Button>
      </p>
      <RotateSecret webhookId={webhook.id} />
      <Deliveries webhookId={webhook.id} />
    </Dialog>
  );
}

const statuses = [undefined, 'pending', 'delivered', 'failed'] as const;

function Deliveries({ webhookId }: { readonly webhookId: string }) {
  const words = t().webhooks;
  const status = useSignal<(typeof statuses)[number]>(undefined);
  const deliveries = useDeliveries(webhookId, status.value);
  return (
    <section class="settings-part">
      <h3>{words.deliveries}</h3>
      <div class="segments" role="group" aria-label={t().sessions.state}>
        {statuses.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === status.value}
            onClick={() => (status.value = each)}
          >
            {each === undefined ? t().sessions.all : statusWord(each)}
          </button>
        ))}
      </div>
      <Loaded query={deliveries.loaded}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={words.noDeliveries} />
          ) : (
            <div class="letters" role="list">
              <Blocks items={items} tag="div" within=".dialog-content">
                {(delivery, place) => (
                  <DeliveryLine key={delivery.id} delivery={delivery} place={place + 1} />
                )}
              </Blocks>
            </div>
          )
        }
      </Loaded>
      {deliveries.more !== undefined && (
        <Button busy={deliveries.isLoadingMore} onClick={deliveries.more}>
          {t().actions.loadMore}
        </Button>
      )}
    </section>
  );
}

interface DeliveryLineProps {
  readonly delivery: Delivery;
  /** The first is 1. */
  readonly place: number;
}

function DeliveryLine({ delivery, place }: DeliveryLineProps) {
  const isOpen = useSignal(false);
  const detail = useDelivery(delivery.webhookId, delivery.id, isOpen.value);
  const again = async (): Promise<void> => {
    const params = { id: delivery.webhookId, deliveryId: delivery.id };
    await call('redeliverWebhook', { params }).catch(toastProblem);
    forgetWebhooks();
  };
  return (
    <div class="letter" role="listitem" aria-setsize={-1} aria-posinset={place}>
      <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
        <summary>
          <StateMark status={delivery.status} /> <code>{delivery.event}</code>{' '}
          <span class="quiet">
            {resultOf(delivery)} · <Ago at={delivery.createdAt} />
          </span>
        </summary>
        {isOpen.value && (
          <Loaded query={detail}>
            {({ log, body }) => (
              <>
                <Attempts attempts={log} />
                <pre class="code" dir="auto" tabIndex={0}>
                  {JSON.stringify(body, null, 2)}
                </pre>
              </>
            )}
          </Loaded>
        )}
      </details>
      {hasEnded(delivery.status) && (
        <Button icon="redo" onClick={() => void again()}>
          {t().webhooks.again}
        </Button>
      )}
    </div>
  );
}

/** The status that the receiver answered, or why there is none. */
function resultOf({ statusCode, error }: Pick<Attempt, 'statusCode' | 'error'>) {
  return statusCode ?? (error === null ? null : t().webhooks.errors[error]);
}

function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  return (
    <ol class="tries">
      {attempts.map(({ attempt, startedAt, durationMs, statusCode, error, detail, excerpt }) => (
        <li key={attempt}>
          {t().session.tryNumber(attempt)}, {dateTime(startedAt)}
          {durationMs !== null && ` · ${duration(durationMs)}`} · {resultOf({ statusCode, error })}
          {(detail ?? excerpt) !== null && (
            <p class="note" dir="auto">
              {detail ?? excerpt}
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
