import type { ComponentChildren } from 'preact';
import { t } from '../app/i18n';
import { Button } from '../ui/button';
import { Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { RecordTable, type Column } from '../ui/record-table';
import type { Pages } from '../live/use-pages';

interface PagedTableProps<Item> {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly pages: Pages & {
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
      <Loaded query={loaded} skeleton={<TableSkeleton />}>
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
