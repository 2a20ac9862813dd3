import { addressOf } from '../app/client';
import { bytes, dateTime } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import type { CaughtMail, CaughtMailHead } from '../app/types';
import { Blocks } from '../ui/blocks';
import { Button } from '../ui/button';
import { Empty, Loaded } from '../ui/panel';
import { SearchBox } from '../ui/search-box';
import { Ago } from '../ui/time';
import { MessageView } from './message-view';
import { useMail, useMails } from './notification-queries';

/** Mails that were caught instead of sent: chosen on the left, read on the right. */
export function MailsView() {
  const words = notices().mails;
  const address = useAddress();
  const mails = useMails({ to: address.get('to') || undefined });
  const chosen = address.get('mail');
  return (
    <>
      <div class="filters" role="search">
        <SearchBox
          label={words.search}
          value={address.get('to')}
          onChange={(to) => address.set({ to }, true)}
        />
      </div>
      <Loaded query={mails.loaded}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={words.none} text={words.noneText} />
          ) : (
            <div class="mails" data-open={chosen === '' ? undefined : 'true'}>
              <div class="mail-list">
                <div role="list" aria-label={notices().tabs.mails}>
                  <Blocks items={items} tag="div" within=".mail-list">
                    {(mail, place) => (
                      <MailRow key={mail.id} mail={mail} place={place + 1} isChosen={mail.id === chosen} />
                    )}
                  </Blocks>
                </div>
                {mails.more !== undefined && (
                  <Button kind="quiet" busy={mails.isLoadingMore} onClick={mails.more}>
                    {t().actions.loadMore}
                  </Button>
                )}
              </div>
              <div class="mail-reader">
                {chosen === '' ? <p class="quiet">{words.choose}</p> : <Reader key={chosen} id={chosen} />}
              </div>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

interface MailRowProps {
  readonly mail: CaughtMailHead;
  /** The first is 1. */
  readonly place: number;
  readonly isChosen: boolean;
}

function MailRow({ mail, place, isChosen }: MailRowProps) {
  const address = useAddress();
  return (
    <div role="listitem" aria-setsize={-1} aria-posinset={place}>
      <button
        type="button"
        class="choice-item"
        aria-current={isChosen ? 'true' : undefined}
        onClick={() => address.set({ mail: mail.id })}
      >
        <span class="mail-subject" dir="auto" title={mail.subject}>
          {mail.subject}
        </span>
        <span class="second-line" dir="auto">
          {mail.to.join(', ')} · <Ago at={mail.received_at} />
        </span>
      </button>
    </div>
  );
}

function Reader({ id }: { readonly id: string }) {
  const mail = useMail(id);
  return <Loaded query={mail}>{(data) => <Mail mail={data} />}</Loaded>;
}

function Mail({ mail }: { readonly mail: CaughtMail }) {
  const words = notices().mails;
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{words.to}</dt>
          <dd dir="auto">{mail.to.join(', ')}</dd>
        </div>
        <div>
          <dt>{words.from}</dt>
          <dd dir="auto">{mail.from}</dd>
        </div>
        <div>
          <dt>{notices().deliveries.sentAt}</dt>
          <dd>
            {dateTime(mail.received_at)} <span class="quiet">{bytes(mail.bytes)}</span>
          </dd>
        </div>
      </dl>
      <MessageView
        subject={mail.subject}
        text={mail.text}
        htmlAt={mail.html === null ? null : addressOf('showCaughtMail', { params: { id: mail.id } })}
      />
      <details class="context">
        <summary>{words.headers}</summary>
        <dl class="facts mail-headers">
          {mail.headers.map(({ name, value }, place) => (
            <div key={place}>
              <dt>{name}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}
