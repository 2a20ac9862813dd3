import { useSignal } from '@preact/signals';
import { number } from '../app/format';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { AnswerOf, User } from '../app/types';
import { Button } from '../ui/button';
import { Empty, Loaded, Panel } from '../ui/panel';
import { TableSkeleton, TilesSkeleton } from '../ui/skeletons';
import { RecordTable, type Column } from '../ui/record-table';
import { SearchBox } from '../ui/search-box';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { ColumnChoice } from '../views/column-choice';
import { SavedViews } from '../views/saved-views';
import { NewUserDialog } from './new-user-dialog';
import { UserDialog } from './user-dialog';
import { useUsers, useUserStats, type UserFilters } from './user-queries';

const filterNames = ['q', 'role', 'isActive'] as const;
const viewNames = [...filterNames, 'columns'];

/** Users and their roles. A row opens the person with their keys. */
export function UsersPage() {
  const words = t().users;
  const address = useAddress();
  const isNew = useSignal(false);
  usePageTitle(t().nav.users);
  const filters: UserFilters = Object.fromEntries(
    filterNames.map((name) => [name, address.get(name)]).filter(([, value]) => value !== ''),
  );
  const users = useUsers(filters);
  const loaded = {
    data: users.data?.pages.flatMap(({ items }) => items),
    error: users.error,
    failureCount: users.failureCount,
    failureReason: users.failureReason,
    refetch: users.refetch,
  };
  useKeys([{ keys: 'n', group: 'lists', label: words.add, run: () => (isNew.value = true) }]);
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t().nav.users}</h1>
        <Button kind="primary" icon="plus" hint="n" onClick={() => (isNew.value = true)}>
          {words.add}
        </Button>
      </header>
      <Stats />
      <Filters filters={filters} />
      <Loaded query={loaded} skeleton={<TableSkeleton px={41} />}>
        {(items) => (items.length === 0 ? <Empty title={words.none} /> : <UserTable users={items} />)}
      </Loaded>
      {users.hasNextPage && (
        <Button busy={users.isFetchingNextPage} onClick={() => void users.fetchNextPage()}>
          {t().actions.loadMore}
        </Button>
      )}
      {isNew.value && <NewUserDialog onClose={() => (isNew.value = false)} />}
      {address.get('user') !== '' && (
        <UserDialog
          key={address.get('user')}
          id={address.get('user')}
          onClose={() => address.set({ user: undefined }, true)}
        />
      )}
    </div>
  );
}

function Stats() {
  return (
    <Panel>
      <Loaded query={useUserStats()} skeleton={<TilesSkeleton kind="tiles" count={5} />}>
        {(stats) => (
          <dl class="tiles">
            {factsOf(stats).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd class="figures">{number(value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </Panel>
  );
}

function factsOf(stats: AnswerOf<'getUserStats'>): readonly [string, number][] {
  const words = t().users;
  return [
    [words.active, stats.active],
    [words.inactive, stats.inactive],
    ['ADMIN', stats.byRole.ADMIN.active],
    ['ANALYST', stats.byRole.ANALYST.active],
    [words.newThisWeek, stats.createdLast7Days],
  ];
}

function Filters({ filters }: { readonly filters: UserFilters }) {
  const words = t().users;
  const address = useAddress();
  const choice = (
    name: 'role' | 'isActive',
    label: string,
    options: readonly (readonly [string, string])[],
  ) => (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={(filters[name] ?? '') === value}
          onClick={() => address.set({ [name]: value }, true)}
        >
          {text}
        </button>
      ))}
    </div>
  );
  return (
    <div class="filters" role="search">
      <SearchBox label={words.search} value={filters.q ?? ''} onChange={(q) => address.set({ q }, true)} />
      {choice('role', t().settings.role, [
        ['', t().sessions.all],
        ['ADMIN', 'ADMIN'],
        ['ANALYST', 'ANALYST'],
      ])}
      {choice('isActive', t().sessions.state, [
        ['', t().sessions.all],
        ['true', words.active],
        ['false', words.inactive],
      ])}
      <ColumnChoice columns={columnsOfUsers(() => undefined)} />
      <SavedViews page="users" names={viewNames} />
    </div>
  );
}

function UserTable({ users }: { readonly users: readonly User[] }) {
  const address = useAddress();
  const columns = columnsOfUsers((user) => address.set({ user }));
  return <RecordTable label={t().nav.users} columns={columns} items={users} />;
}

function columnsOfUsers(open: (id: string) => void): readonly Column<User>[] {
  const words = t().users;
  return [
    {
      name: t().settings.name,
      cell: ({ id, name }) => (
        <button type="button" class="link" dir="auto" onClick={() => open(id)}>
          {name}
        </button>
      ),
    },
    { id: 'email', name: t().settings.email, cell: ({ email }) => <span dir="auto">{email}</span> },
    { id: 'role', name: t().settings.role, cell: ({ role }) => <span class="chip">{role}</span> },
    {
      id: 'state',
      name: t().sessions.state,
      cell: ({ isActive }) => <StateMark status={isActive ? 'active' : 'inactive'} />,
    },
    { id: 'since', name: words.since, kind: 'quiet', cell: ({ createdAt }) => <Ago at={createdAt} /> },
  ];
}
