import { Icon } from '../ui/icon';
import { IconButton, KeyHint } from '../ui/button';
import { now } from './clock';
import { duration } from './format';
import { t } from './i18n';
import { live } from '../live/live';
import { me } from './me';
import { overlay } from './shell';

export function TopBar() {
  return (
    <header class="top-bar">
      <button type="button" class="palette-button" onClick={() => (overlay.value = 'palette')}>
        <Icon name="search" />
        <span>{t().frame.search}</span>
        <KeyHint keys="mod+k" />
      </button>
      <LiveMark />
      <IconButton icon="info" label={t().keys.sheet} onClick={() => (overlay.value = 'keys')} />
      <a class="person" href="/settings" title={t().nav.settings}>
        <span class="avatar" aria-hidden="true">
          {initialsOf(me.value?.name ?? '')}
        </span>
        <span class="person-name" dir="auto">
          {me.value?.name}
        </span>
      </a>
    </header>
  );
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  return [...words.slice(0, 2)]
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** Whether what is shown is what is. */
function LiveMark() {
  const words = t().live;
  const { kind, since } = live.value;
  const forMs = Math.max(0, now.value - since);
  const text =
    kind === 'reconnecting'
      ? words.reconnecting(duration(Math.round(forMs / 1_000) * 1_000))
      : kind === 'polling'
        ? words.polling
        : words[kind];
  return (
    <span class={`live live-${kind}`} role="status" title={words.explain[kind]}>
      <span class="live-dot" aria-hidden="true" />
      <span class="live-text">{text}</span>
    </span>
  );
}
