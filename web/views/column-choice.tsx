import { useRef } from 'preact/hooks';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { Button } from '../ui/button';
import { CheckField } from '../ui/field';

/** A column with an id may be hidden; one without is what the list is about. */
interface Choosable {
  readonly id?: string;
  readonly name: string;
}

/** Nothing chosen is everything. */
export function shownColumns<Column extends Choosable>(
  all: readonly Column[],
  chosen: string,
): readonly Column[] {
  const ids = chosen.split(',');
  const isChosen = ({ id }: Column): boolean => id !== undefined && ids.includes(id);
  return all.some(isChosen) ? all.filter((column) => column.id === undefined || isChosen(column)) : all;
}

/** Which columns a list has. The address holds them, so a saved view does too. */
export function ColumnChoice({ columns }: { readonly columns: readonly Choosable[] }) {
  const address = useAddress();
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const shown = shownColumns(columns, address.get('columns'));
  const choices = columns.filter(({ id }) => id !== undefined);
  const toggle = (column: Choosable): void => {
    const next = choices.filter((each) => shown.includes(each) !== (each === column));
    if (next.length === 0) return;
    const ids = next.map(({ id }) => id).join(',');
    address.set({ columns: next.length === choices.length ? undefined : ids }, true);
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
        {choices.map((column) => (
          <CheckField
            key={column.id}
            label={column.name}
            checked={shown.includes(column)}
            onChange={() => toggle(column)}
          />
        ))}
      </div>
    </>
  );
}
