import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import { useAddress } from '../app/location';
import type { Deadline } from '../app/types';
import { Button } from '../ui/button';
import { CheckField, Field, SelectField, TextField } from '../ui/field';
import { Empty } from '../ui/panel';
import { StateMark, statusWord } from '../ui/state-mark';
import { daysUntil } from './days-until';
import { Segments } from '../notifications/deliveries-view';
import { useDeadlines } from '../notifications/notification-queries';
import { OfficeChoice } from './office-choice';
import { RecordDialog } from './record-dialog';
import type { Column } from '../ui/record-table';
import { PagedTable } from '../notifications/paged-table';
import { RecordsBar } from './records-bar';
import { useSave } from '../notifications/use-save';

export function DeadlinesView() {
  const words = notices().records;
  const address = useAddress();
  const deadlines = useDeadlines({
    state: (address.get('state') || undefined) as Deadline['state'] | undefined,
    office_id: address.get('office') || undefined,
  });
  return (
    <>
      <RecordsBar kind="deadlines" columns={columns(() => undefined)}>
        <Segments name="state" label={t().sessions.state} options={['open', 'closed']} wordOf={statusWord} />
        <OfficeFilter />
      </RecordsBar>
      <PagedTable
        label={notices().tabs.deadlines}
        pages={deadlines}
        columns={columns((record) => address.set({ record }))}
        empty={<Empty title={words.none.deadlines} text={words.noneText} />}
      />
      <RecordDialog kind="deadlines" titleOf={({ title }) => title}>
        {(deadline, close) => <DeadlineForm key={deadline?.version} deadline={deadline} onDone={close} />}
      </RecordDialog>
    </>
  );
}

/** The office that a list is narrowed down to, and the way out of it. */
export function OfficeFilter() {
  const words = notices();
  const address = useAddress();
  if (address.get('office') === '') return null;
  return (
    <Button
      icon="close"
      title={words.clear(words.deliveries.ofOffice)}
      onClick={() => address.set({ office: undefined }, true)}
    >
      {words.deliveries.ofOffice}
    </Button>
  );
}

function columns(open: (id: string) => void): Column<Deadline>[] {
  const words = notices();
  return [
    {
      name: words.records.title,
      kind: 'topic',
      cell: ({ id, title, critical }) => (
        <>
          <button type="button" class="link" dir="auto" onClick={() => open(id)}>
            {title}
          </button>{' '}
          {critical && <span class="chip chip-changed">{words.records.criticalMark}</span>}
        </>
      ),
    },
    { id: 'office', name: words.office, cell: ({ office_name }) => <span dir="auto">{office_name}</span> },
    {
      id: 'due',
      name: words.due,
      cell: ({ due_on, state }) => (
        <>
          <span class="figures">{due_on}</span>
          {state === 'open' && <span class="second-line">{words.daysLeft(daysUntil(due_on))}</span>}
        </>
      ),
    },
    { id: 'state', name: t().sessions.state, cell: ({ state }) => <StateMark status={state} /> },
  ];
}

interface DeadlineFormProps {
  readonly deadline: Deadline | undefined;
  readonly onDone: () => void;
}

function DeadlineForm({ deadline, onDone }: DeadlineFormProps) {
  const words = notices().records;
  const title = useSignal(deadline?.title ?? '');
  const due = useSignal(deadline?.due_on ?? '');
  const state = useSignal(deadline?.state ?? 'open');
  const critical = useSignal(deadline?.critical ?? false);
  const office = useSignal('');
  const { busy, faults, save } = useSave();
  const send = async (): Promise<void> => {
    const body = { title: title.value, due_on: due.value, state: state.value, critical: critical.value };
    const isSaved = await save(
      () =>
        deadline === undefined
          ? call('createDeadline', { body: { ...body, office_id: office.value } })
          : call('changeDeadline', { params: { id: deadline.id }, body, ifMatch: deadline.version }),
      words.saved,
    );
    if (isSaved) onDone();
  };
  const isReady =
    title.value.trim() !== '' && due.value !== '' && (deadline !== undefined || office.value !== '');
  return (
    <>
      {deadline === undefined && <OfficeChoice value={office.value} onChange={(id) => (office.value = id)} />}
      <TextField
        label={words.title}
        value={title.value}
        fault={faults.value['title']}
        onChange={(value) => (title.value = value)}
      />
      <Field label={notices().due} fault={faults.value['due_on']}>
        {(tied) => (
          <input
            {...tied}
            class="input"
            type="date"
            value={due.value}
            onInput={(event) => (due.value = event.currentTarget.value)}
          />
        )}
      </Field>
      <SelectField
        label={t().sessions.state}
        value={state.value}
        options={[
          ['open', words.open],
          ['closed', words.closed],
        ]}
        onChange={(value) => (state.value = value as Deadline['state'])}
      />
      <CheckField
        label={words.critical}
        checked={critical.value}
        onChange={(value) => (critical.value = value)}
      />
      <Button kind="primary" busy={busy.value} disabled={!isReady} onClick={() => void send()}>
        {t().actions.save}
      </Button>
    </>
  );
}
