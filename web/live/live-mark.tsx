import { now } from '../app/clock';
import { duration, moment } from '../app/format';
import { t } from '../app/i18n';
import type { LiveState } from './live';

/** Whether what is shown is what is; else the time of which it is. */
export function LiveMark({ state: { kind, since } }: { readonly state: LiveState }) {
  const words = t().live;
  const forMs = Math.max(0, now.value - since);
  const isOld = kind === 'reconnecting' || kind === 'offline';
  const text =
    kind === 'reconnecting' ? words.reconnecting(duration(Math.round(forMs / 1_000) * 1_000)) : words[kind];
  return (
    <span class={`live live-${kind}`} role="status" title={words.explain[kind]}>
      <span class="live-dot" aria-hidden="true" />
      <span class="live-text">
        <span>{text}</span>
        {isOld && (
          <time dateTime={new Date(since).toISOString()}>{words.asOf(moment(since, now.value))}</time>
        )}
      </span>
    </span>
  );
}
