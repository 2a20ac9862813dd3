import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import { queries } from '../app/queries';
import { Button } from '../ui/button';
import { Dialog, DialogChoice } from '../ui/dialog';
import { CheckField, Field } from '../ui/field';
import { Loaded } from '../ui/panel';
import { SearchBox } from '../ui/search-box';
import { useOffices } from './notification-queries';
import { useSave } from './use-save';

/** A plan first, unless somebody asks for the real thing: what is sent cannot be taken back. */
export function StartDialog({ onClose }: { readonly onClose: () => void }) {
  const words = notices().starting;
  const address = useAddress();
  const isPlan = useSignal(true);
  const chosen = useSignal<readonly string[] | null>(null);
  const day = useSignal('');
  const { busy, faults, save } = useSave();
  const start = (): Promise<boolean> =>
    save(async () => {
      const { jobId } = await call('startDeadlineRun', {
        body: {
          dry_run: isPlan.value,
          office_ids: chosen.value === null ? undefined : [...chosen.value],
          as_of: day.value === '' ? undefined : day.value,
        },
      });
      void queries.invalidateQueries({ queryKey: ['jobs'] });
      onClose();
      address.go(`/notifications/runs/${jobId}`);
    });
  const footer = (
    <DialogChoice
      onClose={onClose}
      busy={busy.value}
      disabled={chosen.value?.length === 0}
      onClick={() => void start()}
    >
      {isPlan.value ? words.doPlan : words.doSend}
    </DialogChoice>
  );
  return (
    <Dialog title={words.title} onClose={onClose} footer={footer}>
      <fieldset class="cards">
        <legend>{words.how}</legend>
        {([true, false] as const).map((plan) => (
          <label key={String(plan)} class="card">
            <input
              type="radio"
              name="how"
              checked={isPlan.value === plan}
              onChange={() => (isPlan.value = plan)}
            />
            <span class="card-title">{plan ? words.plan : words.send}</span>
            <span class="quiet">{plan ? words.planText : words.sendText}</span>
          </label>
        ))}
      </fieldset>
      <OfficeChoice
        chosen={chosen.value}
        onChoose={(ids) => (chosen.value = ids)}
        fault={faults.value['office_ids']}
      />
      <Field label={words.day} hint={words.dayHint} fault={faults.value['as_of']}>
        {(tied) => (
          <input
            {...tied}
            class="input input-small"
            type="date"
            value={day.value}
            onInput={(event) => (day.value = event.currentTarget.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}

interface OfficeChoiceProps {
  /** Null: all of them. */
  readonly chosen: readonly string[] | null;
  readonly onChoose: (ids: readonly string[] | null) => void;
  readonly fault: string | undefined;
}

function OfficeChoice({ chosen, onChoose, fault }: OfficeChoiceProps) {
  const words = notices().starting;
  return (
    <div class="field">
      <span class="choice-label" id="which-offices">
        {words.which}
      </span>
      <div class="segments" role="group" aria-labelledby="which-offices">
        <button type="button" aria-pressed={chosen === null} onClick={() => onChoose(null)}>
          {words.all}
        </button>
        <button type="button" aria-pressed={chosen !== null} onClick={() => onChoose(chosen ?? [])}>
          {words.some}
        </button>
      </div>
      {chosen !== null && <OfficePicker chosen={chosen} onChoose={onChoose} />}
      {fault !== undefined && <p class="field-fault">{fault}</p>}
    </div>
  );
}

interface OfficePickerProps {
  readonly chosen: readonly string[];
  readonly onChoose: (ids: readonly string[]) => void;
}

function OfficePicker({ chosen, onChoose }: OfficePickerProps) {
  const words = notices().starting;
  const q = useSignal('');
  const offices = useOffices({ q: q.value === '' ? undefined : q.value, is_active: 'true' });
  const toggle = (id: string, isChosen: boolean): void =>
    onChoose(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <>
      <SearchBox label={words.search} value={q.value} onChange={(text) => (q.value = text)} />
      <div class="pick-list" tabIndex={0} role="group" aria-label={words.which}>
        <Loaded query={offices.loaded}>
          {(items) =>
            items.map(({ id, name }) => (
              <CheckField
                key={id}
                label={name}
                checked={chosen.includes(id)}
                onChange={(isChosen) => toggle(id, isChosen)}
              />
            ))
          }
        </Loaded>
        {offices.more !== undefined && (
          <Button kind="quiet" busy={offices.isLoadingMore} onClick={offices.more}>
            {t().actions.loadMore}
          </Button>
        )}
      </div>
      <p class="field-hint">{words.chosen(chosen.length)}</p>
    </>
  );
}
