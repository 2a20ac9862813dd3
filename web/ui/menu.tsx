import { useId, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon';

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly href?: string;
  readonly download?: boolean;
  readonly run?: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  /** The button shows its label, with this icon. Without it three dots stand there. */
  readonly icon?: IconName;
}

/** A native popover: closes on Escape and on a click elsewhere. */
export function Menu({ label, items, icon }: MenuProps) {
  const id = useId().replaceAll(':', '');
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const place = (event: Event): void => {
    if ((event as ToggleEvent).newState !== 'open' || menu.current === null || button.current === null)
      return;
    const at = button.current.getBoundingClientRect();
    menu.current.style.setProperty('--menu-top', `${at.bottom + 4}px`);
    // Three dots stand at the end of a row, a button with words at the beginning of one.
    const isLeft = icon !== undefined;
    menu.current.style.setProperty('--menu-left', isLeft ? `${Math.max(8, at.left)}px` : 'auto');
    menu.current.style.setProperty(
      '--menu-right',
      isLeft ? 'auto' : `${Math.max(8, innerWidth - at.right)}px`,
    );
    menu.current.querySelector<HTMLElement>('a, button')?.focus();
  };
  const close = (): void => menu.current?.hidePopover();
  return (
    <>
      <button
        ref={button}
        type="button"
        class={icon === undefined ? 'icon-button' : 'button button-quiet'}
        aria-label={icon === undefined ? label : undefined}
        title={icon === undefined ? label : undefined}
        aria-haspopup="menu"
        onClick={() => menu.current?.togglePopover()}
      >
        <Icon name={icon ?? 'more'} />
        {icon !== undefined && (
          <>
            <span class="button-label">{label}</span>
            <Icon name="down" />
          </>
        )}
      </button>
      <div
        ref={menu}
        id={id}
        class="menu"
        popover="auto"
        role="menu"
        onBeforeToggle={place}
        onKeyDown={moveInMenu}
      >
        {items.map((item) => (
          <Item key={item.label} item={item} close={close} />
        ))}
      </div>
    </>
  );
}

function moveInMenu(event: KeyboardEvent): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=menuitem]')];
  const place = items.indexOf(document.activeElement as HTMLElement);
  items[(place + by + items.length) % items.length]?.focus();
}

function Item({ item, close }: { readonly item: MenuItem; readonly close: () => void }) {
  const { label, icon, danger = false, href, download, run } = item;
  const inside = (
    <>
      {icon !== undefined && <Icon name={icon} />}
      <span>{label}</span>
    </>
  );
  const name = danger ? 'menu-item menu-danger' : 'menu-item';
  if (href !== undefined) {
    const target = download === true ? undefined : '_blank';
    return (
      <a
        class={name}
        role="menuitem"
        href={href}
        download={download}
        target={target}
        rel="noopener noreferrer"
        onClick={close}
      >
        {inside}
      </a>
    );
  }
  const act = (): void => {
    close();
    run?.();
  };
  return (
    <button type="button" class={name} role="menuitem" onClick={act}>
      {inside}
    </button>
  );
}
