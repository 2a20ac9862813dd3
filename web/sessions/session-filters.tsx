import { waitingStatuses } from '../../src/domain/runs/status.js';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { IconButton } from '../ui/button';
import { SearchBox } from '../ui/search-box';
import { statusWord } from '../ui/state-mark';
import { ColumnChoice } from '../views/column-choice';
import { SavedViews } from '../views/saved-views';
import { sessionColumns } from './session-columns';
import {
  filterNames,
  spans,
  useTemplates,
  type FilterName,
  type SessionFilters as Filters,
} from './session-list-queries';

const statusSets = [
  ['running', 'queued,running'],
  ['waiting_approval', waitingStatuses.join(',')],
  ['paused', 'paused'],
  ['completed', 'completed'],
  ['failed', 'failed,rejected'],
  ['canceled', 'canceled'],
] as const;

const viewNames = [...filterNames, 'since', 'columns'];

/** Filters of the list as parts of the address. */
export function SessionFilters({ filters }: { readonly filters: Filters }) {
  const words = t().sessions;
  const address = useAddress();
  const templates = useTemplates().data?.items ?? [];
  const set = (name: FilterName, value: string): void => address.set({ [name]: value }, true);
  return (
    <div class="filters" role="search">
      <SearchBox label={words.search} value={filters.q ?? ''} onChange={(value) => set('q', value)} />
      <div class="segments" role="group" aria-label={words.state}>
        <button type="button" aria-pressed={filters.status === undefined} onClick={() => set('status', '')}>
          {words.all}
        </button>
        {statusSets.map(([word, value]) => (
          <button
            key={word}
            type="button"
            aria-pressed={filters.status === value}
            onClick={() => set('status', filters.status === value ? '' : value)}
          >
            {statusWord(word)}
          </button>
        ))}
      </div>
      <select
        class="input input-small"
        aria-label={words.template}
        value={filters.template ?? ''}
        onChange={(event) => set('template', event.currentTarget.value)}
      >
        <option value="">{words.everyTemplate}</option>
        {templates.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        class="input input-small"
        aria-label={words.began}
        value={address.get('since')}
        onChange={(event) => address.set({ since: event.currentTarget.value }, true)}
      >
        <option value="">{words.anyTime}</option>
        {Object.keys(spans).map((span) => (
          <option key={span} value={span}>
            {words.spans[span as keyof typeof spans]}
          </option>
        ))}
      </select>
      <ColumnChoice columns={sessionColumns()} />
      <SavedViews page="sessions" names={viewNames} />
      {filters.tag !== undefined && (
        <span class="chip chip-removable">
          #{filters.tag}
          <IconButton icon="close" label={t().actions.remove} onClick={() => set('tag', '')} />
        </span>
      )}
    </div>
  );
}
