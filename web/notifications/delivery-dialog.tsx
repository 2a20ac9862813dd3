import type { ComponentChildren } from 'preact';
import { addressOf, call } from '../app/client';
import { dateTime } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import type { DeliveryWithContent } from '../app/types';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { Loaded } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { MessageView } from './message-view';
import { useDelivery } from './notification-queries';
import { reasonWord } from './reason-word';
import { WhyLink } from './run-plan';
import { useSave } from './use-save';

interface DeliveryDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** A message with its text, its tries and the actions that a person may take. */
export function DeliveryDialog({ id, onClose }: DeliveryDialogProps) {
  const delivery = useDelivery(id);
  const title = delivery.data?.staff_name ?? delivery.data?.address ?? notices().tabs.deliveries;
  return (
    <Dialog title={title} side onClose={onClose}>
      <Loaded query={delivery}>{(data) => <Message delivery={data} onClose={onClose} />}</Loaded>
    </Dialog>
  );
}

interface MessageProps {
  readonly delivery: DeliveryWithContent;
  readonly onClose: () => void;
}

function Message({ delivery, onClose }: MessageProps) {
  const { id, channel, content, status } = delivery;
  const canResend = status === 'unknown' || status === 'failed';
  return (
    <>
      <Facts delivery={delivery} />
      {canResend && <Resend delivery={delivery} onDone={onClose} />}
      {channel === 'email' ? (
        <MessageView
          subject={textOf(content['subject'])}
          text={textOf(content['text'])}
          htmlAt={addressOf('showNotificationDelivery', { params: { id } })}
        />
      ) : (
        <PushMessage content={content} />
      )}
    </>
  );
}

function Facts({ delivery }: { readonly delivery: DeliveryWithContent }) {
  const words = notices();
  const { status, reason, error, next_eligible_at, sent_at, attempts, deadlines } = delivery;
  const rows: [string, ComponentChildren][] = [
    [t().sessions.state, <StateMark status={status} />],
    ...(reason === null ? [] : [[t().audit.why, reasonWord(reason)] as [string, string]]),
    ...(error === null
      ? []
      : [[t().statuses.error, <code dir="auto">{error}</code>] as [string, ComponentChildren]]),
    [words.channel, words.channels[delivery.channel]],
    [words.office, <span dir="auto">{delivery.office_name ?? delivery.office_id}</span>],
    [words.deliveries.made, <time dateTime={delivery.created_at}>{dateTime(delivery.created_at)}</time>],
    ...(next_eligible_at === null || status !== 'held'
      ? []
      : [[words.deliveries.next, dateTime(next_eligible_at)] as [string, string]]),
    ...(sent_at === null ? [] : [[words.deliveries.sentAt, dateTime(sent_at)] as [string, string]]),
    [words.deliveries.tries, String(attempts)],
    [words.deliveries.run, <a href={`/notifications/runs/${delivery.run_id}`}>{delivery.run_id}</a>],
    [
      words.deliveries.messageId,
      <>
        <code>{delivery.message_id}</code> <CopyButton text={delivery.message_id} />
      </>,
    ],
  ];
  return (
    <>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ul class="told-deadlines">
        {deadlines.map(({ deadline_id, title, due_on, threshold }) => (
          <li key={deadline_id}>
            <span dir="auto">{title}</span> <span class="chip">{words.thresholds(threshold)}</span>{' '}
            <span class="quiet figures">{due_on}</span>{' '}
            <WhyLink staffId={delivery.staff_id} deadlineId={deadline_id} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface ResendProps {
  readonly delivery: DeliveryWithContent;
  readonly onDone: () => void;
}

/** Twice is better than never: only a person can say so. */
function Resend({ delivery: { id, status }, onDone }: ResendProps) {
  const words = notices().deliveries;
  const address = useAddress();
  const { busy, save } = useSave();
  const resend = (): Promise<boolean> =>
    save(async () => {
      const { jobId } = await call('resendNotificationDelivery', { params: { id } });
      onDone();
      address.go(`/notifications/runs/${jobId}`);
    }, words.resent);
  return (
    <div class="note note-waiting">
      <p>{status === 'unknown' ? words.resendText : words.resendFailedText}</p>
      <Button icon="redo" busy={busy.value} onClick={() => void resend()}>
        {words.resend}
      </Button>
    </div>
  );
}

interface PushPayload {
  readonly notification?: { readonly title?: string; readonly body?: string };
}

function PushMessage({ content }: { readonly content: Readonly<Record<string, unknown>> }) {
  const { notification } = (content['payload'] ?? {}) as PushPayload;
  return <MessageView subject={notification?.title ?? ''} text={notification?.body ?? ''} htmlAt={null} />;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
