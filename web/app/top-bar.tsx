import { Icon } from '../ui/icon';
import { IconButton, KeyHint } from '../ui/button';
import { t } from './i18n';
import { live } from '../live/live';
import { LiveMark } from '../live/live-mark';
import { me } from './me';

export type Overlay = 'palette' | 'keys';

export function TopBar({ onOpen }: { readonly onOpen: (overlay: Overlay) => void }) {
  return (
    <header class="top-bar">
      <button type="button" class="palette-button" onClick={() => onOpen('palette')}>
        <Icon name="search" />
        <span>{t().frame.search}</span>
        <KeyHint keys="mod+k" />
      </button>
      <LiveMark state={live.value} />
      <IconButton icon="info" label={t().keys.sheet} onClick={() => onOpen('keys')} />
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
