import type { ComponentChildren } from 'preact';
import { useAddress } from '../app/location';
import { shownColumns } from '../views/column-choice';
import { Blocks } from './blocks';

export interface Column<Item> {
  /** A column with an id may be hidden. */
  readonly id?: string;
  readonly name: string;
  readonly cell: (item: Item) => ComponentChildren;
  readonly kind?: 'number' | 'quiet' | 'topic';
}

interface RecordTableProps<Item> {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
}

export function RecordTable<Item extends { readonly id: string }>({
  label,
  columns: all,
  items,
}: RecordTableProps<Item>) {
  const columns = shownColumns(all, useAddress().get('columns'));
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={label}>
      <table class="table" aria-rowcount={items.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <Blocks items={items} tag="tbody">
          {(item, place) => (
            <tr key={item.id} class="table-row" aria-rowindex={place + 2}>
              {columns.map(({ name, cell, kind }) => (
                <td key={name} class={kind}>
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
