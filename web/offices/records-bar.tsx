import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { notices } from '../notifications/notice-words';
import { useAddress } from '../app/location';
import { Button } from '../ui/button';
import { SearchBox } from '../ui/search-box';
import { ColumnChoice } from '../views/column-choice';
import { SavedViews } from '../views/saved-views';
import { ImportDialog } from './import-dialog';
import type { RecordKind } from '../notifications/notification-queries';

const viewNames = ['q', 'state', 'office', 'columns'];

interface RecordsBarProps {
  readonly kind: RecordKind;
  readonly columns: readonly { readonly id?: string; readonly name: string }[];
  readonly children?: ComponentChildren;
}

/** Search, filters, a new record and an import: above each list of records. */
export function RecordsBar({ kind, columns, children }: RecordsBarProps) {
  const words = notices().records;
  const address = useAddress();
  const imports = useSignal(false);
  return (
    <div class="filters" role="search">
      {kind !== 'deadlines' && (
        <SearchBox
          label={words.search[kind]}
          value={address.get('q')}
          onChange={(q) => address.set({ q }, true)}
        />
      )}
      {children}
      <ColumnChoice columns={columns} />
      <SavedViews page={`notifications/${kind}`} names={viewNames} />
      <span class="filters-end">
        <Button icon="upload" onClick={() => (imports.value = true)}>
          {words.import}
        </Button>
        <Button icon="plus" onClick={() => address.set({ record: 'new' })}>
          {words.add[kind]}
        </Button>
      </span>
      {imports.value && <ImportDialog kind={kind} onClose={() => (imports.value = false)} />}
    </div>
  );
}
