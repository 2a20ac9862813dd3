import { now } from '../app/clock';
import { duration, moment } from '../app/format';
import { t } from '../app/i18n';
import type { LiveState } from './live';

/** Whether what is shown is what is; else the time of which it is. */
export function LiveMark({ state: { kind, since } }: { readonly state: LiveState }) {
  const words = t().live;
  const forMs = Math.max(0, now.value - since);
  const word = words[kind];
  const text = typeof word === 'string' ? word : word(duration(Math.round(forMs / 1_000) * 1_000));
  const isOld = typeof word !== 'string' || kind === 'offline';
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
