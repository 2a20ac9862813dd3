import { waitingStatuses } from '../../src/domain/runs/status.js';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { isAdmin } from '../app/me';
import { IconButton } from '../ui/button';
import { SelectField } from '../ui/field';
import { SearchBox } from '../ui/search-box';
import { statusWord } from '../ui/state-mark';
import { useUser, useUsers } from '../users/user-queries';
import { ColumnChoice } from '../views/column-choice';
import { Popover } from '../views/popover';
import { SavedViews } from '../views/saved-views';
import { sessionColumns } from './session-columns';
import {
  filterNames,
  isSpan,
  spanNames,
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
  const since = address.get('since');
  const set = (name: FilterName, value: string): void => address.set({ [name]: value }, true);
  return (
    <div class="filters sessions-filters" role="search">
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
      <Popover label={words.narrow} icon="filter">
        <SelectField
          label={words.template}
          value={filters.template ?? ''}
          options={[['', words.everyTemplate], ...templates.map(({ name }) => [name, name] as const)]}
          onChange={(value) => set('template', value)}
        />
        {isAdmin() && <PersonChoice chosen={filters.ownerId ?? ''} onChange={(id) => set('ownerId', id)} />}
        <SelectField
          label={words.began}
          value={since}
          options={[['', words.anyTime], ...spanNames.map((span) => [span, words.spans[span]] as const)]}
          onChange={(value) => address.set({ since: value }, true)}
        />
      </Popover>
      <ColumnChoice columns={sessionColumns()} />
      <SavedViews page="sessions" names={viewNames} />
      <Chosen filters={filters} />
    </div>
  );
}

/** Filters beyond states and words: a click takes each away. */
function Chosen({ filters: { template, ownerId, tag } }: { readonly filters: Filters }) {
  const words = t().sessions;
  const address = useAddress();
  const since = address.get('since');
  const chosen: readonly [name: string, word: string | undefined][] = [
    ['template', template],
    ['since', isSpan(since) ? words.spans[since] : undefined],
    ['tag', tag === undefined ? undefined : `#${tag}`],
  ];
  return (
    <>
      {ownerId !== undefined && <ChosenPerson id={ownerId} />}
      {chosen.map(([name, word]) => word !== undefined && <Chip key={name} name={name} word={word} />)}
    </>
  );
}

function ChosenPerson({ id }: { readonly id: string }) {
  const { data } = useUser(id, { enabled: isAdmin() });
  return <Chip name="ownerId" word={data?.name ?? id} />;
}

function Chip({ name, word }: { readonly name: string; readonly word: string }) {
  const address = useAddress();
  return (
    <span class="chip chip-removable">
      <span dir="auto">{word}</span>
      <IconButton
        icon="close"
        label={`${t().actions.remove}: ${word}`}
        onClick={() => address.set({ [name]: undefined }, true)}
      />
    </span>
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
    <SelectField
      label={words.owner}
      value={chosen}
      options={[['', words.everyPerson], ...people.map(({ id, name }) => [id, name] as const)]}
      onChange={onChange}
    />
  );
}
