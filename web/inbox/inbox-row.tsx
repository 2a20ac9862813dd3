import { now } from '../app/clock';
import { duration } from '../app/format';
import { t } from '../app/i18n';
import { Icon } from '../ui/icon';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import type { InboxItem } from './inbox-item';

interface InboxRowProps {
  readonly item: InboxItem;
  /** From 1 on, for readers who do not see how far they are. */
  readonly place: number;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

const statusOf = {
  gate: 'waiting_approval',
  trigger: 'waiting_trigger',
  attention: 'needs_attention',
  sql: 'waiting',
  plan: 'waiting',
} as const;

/** A run of notifications is decided on its own page: it has no session. */
function hrefOf({ kind, id, runId, gate }: InboxItem): string {
  if (gate?.jobId != null) return `/notifications/runs/${gate.jobId}`;
  if (kind === 'plan') return `/notifications/runs/${id}`;
  if (kind === 'sql') return `/sql?confirmation=${id}`;
  return kind === 'gate' ? `/gates/${id}` : `/sessions/${runId}`;
}

export function InboxRow({ item, place, isChosen, onChoose }: InboxRowProps) {
  return (
    <div role="listitem" aria-setsize={-1} aria-posinset={place}>
      <a
        href={hrefOf(item)}
        class="inbox-row"
        data-item={item.id}
        aria-current={isChosen ? 'true' : undefined}
        onClick={(event) => {
          // A phone has no room for a preview: there the row is a link.
          if (innerWidth < 900 || event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          event.stopPropagation();
          onChoose();
        }}
      >
        <StateMark status={statusOf[item.kind]} bare />
        <span class="inbox-row-text">
          <span class="inbox-row-title" dir="auto">
            {item.title}
          </span>
          <span class="inbox-row-note" dir="auto">
            {item.note}
          </span>
          {item.reservedBy !== null && (
            <span class="inbox-row-note">
              <Icon name="eye" size={12} /> {t().inbox.readBy(item.reservedBy)}
            </span>
          )}
        </span>
        <span class="inbox-row-when">
          <Ago at={item.since} />
          {item.deadlineAt !== null && <Due at={item.deadlineAt} />}
        </span>
      </a>
    </div>
  );
}

function Due({ at }: { readonly at: string }) {
  const left = Date.parse(at) - now.value;
  return (
    <span class="due figures">
      <Icon name="clock" size={12} /> {left > 0 ? duration(left) : t().gate.overdue}
    </span>
  );
}
