import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import { useAddress } from '../app/location';
import type { Office } from '../app/types';
import { Button } from '../ui/button';
import { CheckField, TextField } from '../ui/field';
import { Empty } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { useOffices } from '../notifications/notification-queries';
import { RecordDialog } from './record-dialog';
import type { Column } from '../ui/record-table';
import { PagedTable } from '../notifications/paged-table';
import { RecordsBar } from './records-bar';
import { useSave } from '../notifications/use-save';

export function OfficesView() {
  const words = notices().records;
  const address = useAddress();
  const offices = useOffices({ q: address.get('q') || undefined });
  return (
    <>
      <RecordsBar kind="offices" columns={columns(() => undefined)} />
      <PagedTable
        label={notices().tabs.offices}
        pages={offices}
        columns={columns((record) => address.set({ record }))}
        empty={<Empty title={words.none.offices} text={words.noneText} />}
      />
      <RecordDialog kind="offices" titleOf={({ name }) => name}>
        {(office, close) => <OfficeForm key={office?.version} office={office} onDone={close} />}
      </RecordDialog>
    </>
  );
}

function columns(open: (id: string) => void): Column<Office>[] {
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
    { id: 'zone', name: words.records.timeZone, cell: ({ time_zone }) => time_zone },
    {
      id: 'external',
      name: words.records.externalId,
      cell: ({ external_id }) => <code>{external_id ?? '–'}</code>,
    },
    {
      id: 'state',
      name: t().sessions.state,
      cell: ({ is_active }) => <StateMark status={is_active ? 'active' : 'inactive'} />,
    },
    {
      id: 'more',
      name: words.records.belongs,
      kind: 'quiet',
      cell: ({ id }) => (
        <span class="row">
          <a class="link-alone" href={`/notifications?tab=staff&office=${id}`}>
            {words.tabs.staff}
          </a>
          <a class="link-alone" href={`/notifications?tab=deadlines&office=${id}`}>
            {words.tabs.deadlines}
          </a>
        </span>
      ),
    },
  ];
}

interface OfficeFormProps {
  readonly office: Office | undefined;
  readonly onDone: () => void;
}

function OfficeForm({ office, onDone }: OfficeFormProps) {
  const words = notices().records;
  const name = useSignal(office?.name ?? '');
  const zone = useSignal(office?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const externalId = useSignal(office?.external_id ?? '');
  const isActive = useSignal(office?.is_active ?? true);
  const { busy, faults, save } = useSave();
  const send = async (): Promise<void> => {
    const external_id = externalId.value.trim();
    const body = { name: name.value, time_zone: zone.value.trim(), is_active: isActive.value };
    const isSaved = await save(
      () =>
        office === undefined
          ? call('createOffice', { body: external_id === '' ? body : { ...body, external_id } })
          : call('changeOffice', {
              params: { id: office.id },
              body: { ...body, external_id: external_id === '' ? null : external_id },
              ifMatch: office.version,
            }),
      words.saved,
    );
    if (isSaved) onDone();
  };
  return (
    <>
      <TextField
        label={words.name}
        value={name.value}
        fault={faults.value['name']}
        onChange={(value) => (name.value = value)}
      />
      <TextField
        label={words.timeZone}
        value={zone.value}
        fault={faults.value['time_zone']}
        onChange={(value) => (zone.value = value)}
      />
      <TextField
        label={words.externalId}
        value={externalId.value}
        fault={faults.value['external_id']}
        onChange={(value) => (externalId.value = value)}
      />
      <CheckField
        label={words.active}
        checked={isActive.value}
        onChange={(value) => (isActive.value = value)}
      />
      <Button
        kind="primary"
        busy={busy.value}
        disabled={name.value.trim() === ''}
        onClick={() => void send()}
      >
        {t().actions.save}
      </Button>
    </>
  );
}
