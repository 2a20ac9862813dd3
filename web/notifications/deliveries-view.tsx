import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import type { NoticeDelivery } from '../app/types';
import { Button } from '../ui/button';
import { Empty } from '../ui/panel';
import { StateMark, statusWord } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { DeliveryDialog } from './delivery-dialog';
import { ColumnChoice } from '../views/column-choice';
import { SavedViews } from '../views/saved-views';
import { useDeliveries } from './notification-queries';
import { reasonWord } from './reason-word';
import type { Column } from '../ui/record-table';
import { PagedTable } from './paged-table';

const statuses = ['unknown', 'failed', 'held', 'sent', 'skipped'] as const;
const narrowings = ['run', 'staff', 'office'] as const;
const filterNames = ['status', 'channel', ...narrowings];
const viewNames = [...filterNames, 'columns'];

/** Each message and what became of it, narrowed down by the address. */
export function DeliveriesView() {
  const words = notices();
  const address = useAddress();
  const filters = Object.fromEntries(filterNames.map((name) => [name, address.get(name) || undefined]));
  return (
    <>
      <div class="filters">
        <Segments name="status" label={t().sessions.state} options={statuses} wordOf={statusWord} />
        <Segments
          name="channel"
          label={words.channel}
          options={['email', 'push']}
          wordOf={(channel) => words.channels[channel as 'email' | 'push']}
        />
        {narrowings.map((name) => address.get(name) !== '' && <Narrowing key={name} name={name} />)}
        <ColumnChoice columns={columns(() => undefined)} />
        <SavedViews page="notifications/deliveries" names={viewNames} />
      </div>
      <DeliveryList filters={filters} />
    </>
  );
}

interface SegmentsProps {
  readonly name: string;
  readonly label: string;
  readonly options: readonly string[];
  readonly wordOf: (option: string) => string;
}

/** A choice among a few values of a parameter of the address. */
export function Segments({ name, label, options, wordOf }: SegmentsProps) {
  const address = useAddress();
  return (
    <div class="segments" role="group" aria-label={label}>
      {['', ...options].map((option) => (
        <button
          key={option}
          type="button"
          aria-pressed={address.get(name) === option}
          onClick={() => address.set({ [name]: option }, true)}
        >
          {option === '' ? t().sessions.all : wordOf(option)}
        </button>
      ))}
    </div>
  );
}

function Narrowing({ name }: { readonly name: (typeof narrowings)[number] }) {
  const words = notices();
  const address = useAddress();
  const what = {
    run: words.deliveries.ofRun,
    staff: words.deliveries.ofPerson,
    office: words.deliveries.ofOffice,
  }[name];
  return (
    <Button icon="close" title={words.clear(what)} onClick={() => address.set({ [name]: undefined }, true)}>
      {what}
    </Button>
  );
}

type DeliveryFilters = Readonly<Record<string, string | undefined>>;

/** A table of messages; a row opens the message beside it. */
export function DeliveryList({ filters }: { readonly filters: DeliveryFilters }) {
  const words = notices().deliveries;
  const address = useAddress();
  const deliveries = useDeliveries(filters);
  const opened = address.get('delivery');
  return (
    <>
      <PagedTable
        label={notices().tabs.deliveries}
        pages={deliveries}
        columns={columns((delivery) => address.set({ delivery }))}
        empty={<Empty title={words.none} text={words.noneText} />}
      />
      {opened !== '' && (
        <DeliveryDialog key={opened} id={opened} onClose={() => address.set({ delivery: undefined }, true)} />
      )}
    </>
  );
}

function columns(open: (id: string) => void): Column<NoticeDelivery>[] {
  const words = notices();
  return [
    {
      name: words.person,
      cell: ({ id, staff_name, address, staff_id }) => (
        <>
          <button type="button" class="link" dir="auto" onClick={() => open(id)}>
            {staff_name ?? address ?? staff_id}
          </button>
          {address !== null && staff_name !== null && (
            <span class="second-line" dir="auto">
              {address}
            </span>
          )}
        </>
      ),
    },
    {
      id: 'office',
      name: words.office,
      cell: ({ office_name }) => <span dir="auto">{office_name ?? '–'}</span>,
    },
    {
      id: 'channel',
      name: words.channel,
      cell: ({ channel }) => <span class="chip">{words.channels[channel]}</span>,
    },
    {
      id: 'about',
      name: words.deliveries.about,
      kind: 'topic',
      cell: ({ deadlines }) => <span dir="auto">{deadlines.map(({ title }) => title).join(', ')}</span>,
    },
    {
      id: 'state',
      name: t().sessions.state,
      cell: ({ status, reason }) => (
        <>
          <StateMark status={status} />
          {reason !== null && <span class="second-line">{reasonWord(reason)}</span>}
        </>
      ),
    },
    {
      id: 'when',
      name: words.deliveries.when,
      kind: 'quiet',
      cell: ({ sent_at, created_at }) => <Ago at={sent_at ?? created_at} />,
    },
  ];
}
