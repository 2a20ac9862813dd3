import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly count?: number;
  /** The key that chooses it. */
  readonly hint?: string;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  /** The id of the element that a tab fills. */
  readonly panel: string;
}

export function Tabs({ label, tabs, chosen, onChoose, panel }: TabsProps) {
  const list = useRef<HTMLDivElement>(null);
  // A tab that the address chose may be beyond the edge of a phone.
  useEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (list.current !== null && tab != null) list.current.scrollLeft = tab.offsetLeft - 48;
  }, [chosen]);
  const move = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    const place = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[(place + by + tabs.length) % tabs.length]!;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
      {tabs.map(({ id, label: text, icon, count, hint }) => (
        <button
          key={id}
          type="button"
          role="tab"
          class="tab"
          id={`tab-${id}`}
          data-tab={id}
          aria-selected={id === chosen}
          aria-controls={panel}
          aria-keyshortcuts={hint}
          title={hint === undefined ? undefined : `${text} (${hint})`}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => onChoose(id)}
        >
          {icon !== undefined && <Icon name={icon} />}
          {text}
          {count !== undefined && <span class="count">{count}</span>}
        </button>
      ))}
    </div>
  );
}
