import { waitingStatuses } from '../../src/domain/runs/status.js';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { isAdmin } from '../app/me';
import { IconButton } from '../ui/button';
import { SearchBox } from '../ui/search-box';
import { statusWord } from '../ui/state-mark';
import { useUser, useUsers } from '../users/user-queries';
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
      {isAdmin() && <PersonChoice chosen={filters.ownerId ?? ''} onChange={(id) => set('ownerId', id)} />}
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

interface PersonChoiceProps {
  readonly chosen: string;
  readonly onChange: (id: string) => void;
}

/** The newest users. Anybody else is chosen by their name in a row, and stands here then. */
function PersonChoice({ chosen, onChange }: PersonChoiceProps) {
  const words = t().sessions;
  const users = useUsers({}).data?.pages.flatMap(({ items }) => items) ?? [];
  const isKnown = chosen === '' || users.some(({ id }) => id === chosen);
  const other = useUser(chosen, { enabled: !isKnown }).data;
  const people = (isKnown || other === undefined ? users : [...users, other]).toSorted((one, two) =>
    one.name.localeCompare(two.name),
  );
  return (
    <select
      class="input input-small"
      aria-label={words.owner}
      value={chosen}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      <option value="">{words.everyPerson}</option>
      {people.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
