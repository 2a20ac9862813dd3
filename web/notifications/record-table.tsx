import type { ComponentChildren } from 'preact';
import { t } from '../app/i18n';
import { Button } from '../ui/button';
import { Loaded } from '../ui/panel';
import type { Pages } from './notification-queries';

export interface Column<Item> {
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
  columns,
  items,
}: RecordTableProps<Item>) {
  return (
    <div class="table-frame" tabIndex={0} role="group" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id} class="table-row">
              {columns.map(({ name, cell, kind }) => (
                <td key={name} class={kind}>
                  {cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PagedTableProps<Item> {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly pages: Omit<Pages, 'loaded'> & {
    readonly loaded: {
      readonly data: readonly Item[] | undefined;
      readonly error: unknown;
      readonly refetch: () => unknown;
    };
  };
  readonly empty: ComponentChildren;
}

/** A list of the API as a table, page after page. */
export function PagedTable<Item extends { readonly id: string }>({
  label,
  columns,
  pages: { loaded, more, isLoadingMore },
  empty,
}: PagedTableProps<Item>) {
  return (
    <>
      <Loaded query={loaded}>
        {(items) =>
          items.length === 0 ? <>{empty}</> : <RecordTable label={label} columns={columns} items={items} />
        }
      </Loaded>
      {more !== undefined && (
        <div class="load-more">
          <Button busy={isLoadingMore} onClick={more}>
            {t().actions.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}
