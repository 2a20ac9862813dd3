import type { ComponentChildren } from 'preact';
import { useAddress } from '../app/location';
import { shownColumns } from '../views/column-choice';
import { Blocks } from './blocks';

export interface Column<Item> {
  /** A column with an id may be hidden. */
  readonly id?: string;
  readonly name: string;
  readonly cell: (item: Item) => ComponentChildren;
  /** The heading of `more` is for ears alone. On a card it stands beside the first cell. */
  readonly kind?: 'number' | 'quiet' | 'topic' | 'more';
}

interface RecordTableProps<Item> {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
  readonly onOpen?: (item: Item) => void;
}

/** Rows of records. On a phone each is a card, whose values carry the names of their columns. */
export function RecordTable<Item extends { readonly id: string }>({
  label,
  columns: all,
  items,
  onOpen,
}: RecordTableProps<Item>) {
  const columns = shownColumns(all, useAddress().get('columns'));
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={label}>
      <table class="table record-table" aria-rowcount={items.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ name, kind }) => (
              <th key={name} scope="col">
                {kind === 'more' ? <span class="unseen">{name}</span> : name}
              </th>
            ))}
          </tr>
        </thead>
        <Blocks items={items} tag="tbody">
          {(item, place) => (
            <tr
              key={item.id}
              class="table-row"
              aria-rowindex={place + 2}
              onClick={onOpen === undefined ? undefined : () => onOpen(item)}
            >
              {columns.map(({ name, cell, kind }) => (
                <td key={name} class={kind} data-name={name}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          )}
        </Blocks>
      </table>
    </div>
  );
}
