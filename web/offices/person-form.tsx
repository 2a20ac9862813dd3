import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import type { Staff } from '../app/types';
import { Button } from '../ui/button';
import { CheckField, TextField } from '../ui/field';
import { OfficeChoice } from './office-choice';
import { useSave } from '../notifications/use-save';

interface PersonFormProps {
  readonly person: Staff | undefined;
  readonly onDone: () => void;
}

/** The name, address and office of a person, apart from their preferences. */
export function PersonForm({ person, onDone }: PersonFormProps) {
  const words = notices().records;
  const name = useSignal(person?.name ?? '');
  const email = useSignal(person?.email ?? '');
  const isActive = useSignal(person?.is_active ?? true);
  const office = useSignal('');
  const { busy, faults, save } = useSave();
  const send = async (): Promise<void> => {
    const body = { name: name.value, email: email.value, is_active: isActive.value };
    const isSaved = await save(
      () =>
        person === undefined
          ? call('createStaffMember', { body: { ...body, office_id: office.value } })
          : call('changeStaffMember', { params: { id: person.id }, body, ifMatch: person.version }),
      words.saved,
    );
    if (isSaved && person === undefined) onDone();
  };
  const isReady =
    name.value.trim() !== '' && email.value.trim() !== '' && (person !== undefined || office.value !== '');
  return (
    <section>
      {person === undefined && <OfficeChoice value={office.value} onChange={(id) => (office.value = id)} />}
      {person?.suppressed != null && (
        <p class="note note-failed">
          {words.suppressed} <code dir="auto">{person.suppressed}</code>
        </p>
      )}
      <div class="grid-2">
        <TextField
          label={words.name}
          value={name.value}
          fault={faults.value['name']}
          onChange={(value) => (name.value = value)}
        />
        <TextField
          label={words.email}
          type="email"
          value={email.value}
          fault={faults.value['email']}
          onChange={(value) => (email.value = value)}
        />
      </div>
      <CheckField
        label={words.active}
        checked={isActive.value}
        onChange={(value) => (isActive.value = value)}
      />
      <Button kind="primary" busy={busy.value} disabled={!isReady} onClick={() => void send()}>
        {t().actions.save}
      </Button>
    </section>
  );
}
