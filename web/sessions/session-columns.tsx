import { useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { Button } from '../ui/button';
import { CheckField } from '../ui/field';

/** Beside the topic, which is always there. */
const sessionColumns = ['state', 'progress', 'template', 'owner', 'cost', 'changed'] as const;
export type SessionColumn = (typeof sessionColumns)[number];

/** Nothing chosen is everything. */
export function shownColumns(chosen: string): readonly SessionColumn[] {
  const names = chosen.split(',');
  const shown = sessionColumns.filter((name) => names.includes(name));
  return shown.length === 0 ? sessionColumns : shown;
}

/** Which columns the list has. The address holds them, so a saved view does too. */
export function ColumnChoice() {
  const address = useAddress();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const shown = shownColumns(address.get('columns'));
  const toggle = (name: SessionColumn): void => {
    const next = sessionColumns.filter((each) => shown.includes(each) !== (each === name));
    if (next.length === 0) return;
    address.set({ columns: next.length === sessionColumns.length ? undefined : next.join(',') }, true);
  };
  const place = (): void => {
    const at = button.current?.getBoundingClientRect();
    if (at === undefined) return;
    menu.current?.style.setProperty('--menu-top', `${at.bottom + 4}px`);
    menu.current?.style.setProperty('--menu-right', `${Math.max(8, innerWidth - at.right)}px`);
  };
  return (
    <>
      <Button inner={button} onClick={() => menu.current?.togglePopover()}>
        {t().views.columns}
      </Button>
      <div
        ref={menu}
        class="menu menu-choice"
        popover="auto"
        role="group"
        aria-label={t().views.columns}
        onBeforeToggle={place}
      >
        {sessionColumns.map((name) => (
          <CheckField
            key={name}
            label={t().sessions[name]}
            checked={shown.includes(name)}
            onChange={() => toggle(name)}
          />
        ))}
      </div>
    </>
  );
}
