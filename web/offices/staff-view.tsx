import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import { useAddress } from '../app/location';
import type { Staff } from '../app/types';
import { Empty } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { OfficeFilter } from './deadlines-view';
import { useStaff } from '../notifications/notification-queries';
import { PersonForm } from './person-form';
import { PreferencesForm } from './preferences-form';
import { RecordDialog } from './record-dialog';
import type { Column } from '../ui/record-table';
import { PagedTable } from '../notifications/paged-table';
import { RecordsBar } from './records-bar';

export function StaffView() {
  const words = notices();
  const address = useAddress();
  const people = useStaff({
    q: address.get('q') || undefined,
    office_id: address.get('office') || undefined,
  });
  return (
    <>
      <RecordsBar kind="staff" columns={columns(() => undefined)}>
        <OfficeFilter />
      </RecordsBar>
      <PagedTable
        label={words.tabs.staff}
        pages={people}
        columns={columns((record) => address.set({ record }))}
        empty={<Empty title={words.records.none.staff} text={words.records.noneText} />}
      />
      <RecordDialog kind="staff" titleOf={({ name }) => name}>
        {(person, close) => (
          <>
            <PersonForm key={person?.version} person={person} onDone={close} />
            {person !== undefined && (
              <>
                <PreferencesForm key={`p${person.version}`} staffId={person.id} />
                <p class="row">
                  <a class="link-alone" href={`/notifications?tab=deliveries&staff=${person.id}`}>
                    {words.preferences.messages}
                  </a>
                  <a class="link-alone" href={`/notifications?tab=why&staff=${person.id}`}>
                    {words.tabs.why}
                  </a>
                </p>
              </>
            )}
          </>
        )}
      </RecordDialog>
    </>
  );
}

function columns(open: (id: string) => void): Column<Staff>[] {
  const words = notices();
  return [
    {
      name: words.records.name,
      cell: ({ id, name }) => (
        <button type="button" class="link" dir="auto" onClick={() => open(id)}>
          {name}
        </button>
      ),
    },
    { id: 'email', name: words.records.email, cell: ({ email }) => <span dir="auto">{email}</span> },
    { id: 'office', name: words.office, cell: ({ office_name }) => <span dir="auto">{office_name}</span> },
    { id: 'receives', name: words.records.receives, cell: (person) => <Receives person={person} /> },
    {
      id: 'state',
      name: t().sessions.state,
      cell: ({ is_active, suppressed }) => (
        <StateMark status={suppressed !== null ? 'failed' : is_active ? 'active' : 'inactive'} />
      ),
    },
  ];
}

function Receives({ person }: { readonly person: Staff }) {
  const words = notices().channels;
  return (
    <span class="row">
      {person.notify_email && <span class="chip">{words.email}</span>}
      {person.notify_push && <span class="chip">{words.push}</span>}
      {!person.notify_email && !person.notify_push && <span class="quiet">–</span>}
    </span>
  );
}
