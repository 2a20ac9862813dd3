import { signal } from '@preact/signals';
import { ErrorBoundary, lazy } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { useInbox } from '../inbox/inbox-items';
import { Panel } from '../ui/panel';
import { followChanges } from '../live/changes';
import { followQuestions } from '../live/questions';
import { t } from './i18n';
import { listenToKeys, useKeys } from './keys';
import { isStale } from '../live/live';
import { useAddress } from './location';
import { waitingCount } from './page-title';
import { loadPart } from '../live/load-part';
import { Rail } from './rail';
import { navItems, Routes } from './routes';
import { Toasts } from './toasts';
import { TopBar, type Overlay } from './top-bar';

const Palette = lazy(() => loadPart(() => import('./palette').then((part) => part.Palette)));

const KeySheet = lazy(() => loadPart(() => import('./key-sheet').then((part) => part.KeySheet)));

const overlay = signal<Overlay | null>(null);
const close = (): void => void (overlay.value = null);

/** The frame around every page. */
export function Shell() {
  const { path } = useAddress();
  useFrameKeys();
  useEffect(followChanges, []);
  useEffect(followQuestions, []);
  useWaitingCount();
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {t().frame.skip}
      </a>
      <Rail />
      <TopBar onOpen={(chosen) => (overlay.value = chosen)} />
      <Toasts />
      <main id="main" tabIndex={-1} class={isStale.value ? 'main stale' : 'main'}>
        <Panel reset={path}>
          <ErrorBoundary>
            <Routes />
          </ErrorBoundary>
        </Panel>
      </main>
      <ErrorBoundary>
        {overlay.value === 'palette' && <Palette onClose={close} />}
        {overlay.value === 'keys' && <KeySheet onClose={close} />}
      </ErrorBoundary>
    </div>
  );
}

function useFrameKeys(): void {
  const address = useAddress();
  useEffect(listenToKeys, []);
  useKeys([
    { keys: '?', group: 'everywhere', label: t().keys.sheet, run: () => (overlay.value = 'keys') },
    { keys: 'mod+k', group: 'everywhere', label: t().keys.palette, run: () => (overlay.value = 'palette') },
    { keys: '/', group: 'lists', label: t().keys.filter, run: focusFilter },
    { keys: 'Escape', group: 'everywhere', label: t().keys.back, run: leave },
    ...navItems().map(({ path, name, key }) => ({
      keys: `g ${key}`,
      group: 'everywhere' as const,
      label: t().nav[name],
      run: () => address.go(path),
    })),
  ]);
}

function focusFilter(): void {
  document.querySelector<HTMLElement>('[data-filter]')?.focus();
}

/** Out of a field first, then back to where one came from. */
function leave(): void {
  const field = document.activeElement;
  if (field instanceof HTMLElement && field !== document.body && field.matches('input, textarea, select'))
    field.blur();
  else if (location.pathname.split('/').length > 2) history.back();
}

function useWaitingCount(): void {
  const { data } = useInbox();
  useEffect(() => {
    waitingCount.value = data?.length ?? 0;
  }, [data]);
}
