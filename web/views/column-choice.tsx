import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { CheckField } from '../ui/field';
import { Popover } from './popover';

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
  const shown = shownColumns(columns, address.get('columns'));
  const choices = columns.filter(({ id }) => id !== undefined);
  const toggle = (column: Choosable): void => {
    const next = choices.filter((each) => shown.includes(each) !== (each === column));
    if (next.length === 0) return;
    const ids = next.map(({ id }) => id).join(',');
    address.set({ columns: next.length === choices.length ? undefined : ids }, true);
  };
  return (
    <Popover label={t().views.columns}>
      {choices.map((column) => (
        <CheckField
          key={column.id}
          label={column.name}
          checked={shown.includes(column)}
          onChange={() => toggle(column)}
        />
      ))}
    </Popover>
  );
}
