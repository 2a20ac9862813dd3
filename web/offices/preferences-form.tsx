import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import type { Preferences } from '../app/types';
import { Button } from '../ui/button';
import { CheckField, Field, SelectField } from '../ui/field';
import { Loaded } from '../ui/panel';
import { Ago } from '../ui/time';
import { useDevices, usePreferences } from '../notifications/notification-queries';
import { useSave } from '../notifications/use-save';

/** The kinds of message that a person receives, with channel and time. */
export function PreferencesForm({ staffId }: { readonly staffId: string }) {
  const words = notices().preferences;
  const preferences = usePreferences(staffId);
  return (
    <section class="record-part">
      <h3>{words.title}</h3>
      <Loaded query={preferences}>
        {(data) => <Choices key={JSON.stringify(data)} staffId={staffId} given={data} />}
      </Loaded>
      <h3>{words.devices}</h3>
      <Devices staffId={staffId} />
    </section>
  );
}

function Choices({ staffId, given }: { readonly staffId: string; readonly given: Preferences }) {
  const words = notices().preferences;
  const wanted = useSignal(given);
  const { busy, faults, save } = useSave();
  const set = (change: Partial<Preferences>): void => void (wanted.value = { ...wanted.value, ...change });
  const quiet = wanted.value.quiet_hours;
  const setQuiet = (from: string, to: string): void =>
    set({ quiet_hours: from === '' && to === '' ? null : { from, to } });
  return (
    <>
      {(['email', 'push'] as const).map((channel) => (
        <div key={channel} class="grid-2">
          <CheckField
            label={words.enabled[channel]}
            checked={wanted.value[channel].enabled}
            onChange={(enabled) => set({ [channel]: { ...wanted.value[channel], enabled } })}
          />
          <TimeField
            label={words.muteUntil}
            type="datetime-local"
            value={localOf(wanted.value[channel].mute_until)}
            fault={faults.value[`${channel}.mute_until`]}
            onChange={(at) => set({ [channel]: { ...wanted.value[channel], mute_until: momentOf(at) } })}
          />
        </div>
      ))}
      <div class="grid-2">
        <TimeField
          label={words.quietFrom}
          type="time"
          value={quiet?.from ?? ''}
          fault={faults.value['quiet_hours.from']}
          onChange={(from) => setQuiet(from, quiet?.to ?? '')}
        />
        <TimeField
          label={words.quietTo}
          type="time"
          value={quiet?.to ?? ''}
          fault={faults.value['quiet_hours.to']}
          onChange={(to) => setQuiet(quiet?.from ?? '', to)}
        />
      </div>
      <SelectField
        label={notices().records.language}
        value={wanted.value.language}
        options={[
          ['en', 'English'],
          ['ja', '日本語'],
        ]}
        onChange={(language) => set({ language: language as Preferences['language'] })}
      />
      <CheckField label={words.digest} checked={wanted.value.digest} onChange={(digest) => set({ digest })} />
      <Button
        busy={busy.value}
        onClick={() =>
          void save(
            () => call('setPreferences', { params: { id: staffId }, body: wanted.value }),
            notices().records.saved,
          )
        }
      >
        {words.save}
      </Button>
    </>
  );
}

interface TimeFieldProps {
  readonly label: string;
  readonly type: 'time' | 'datetime-local';
  readonly value: string;
  readonly fault: string | undefined;
  readonly onChange: (value: string) => void;
}

function TimeField({ label, type, value, fault, onChange }: TimeFieldProps) {
  return (
    <Field label={label} fault={fault}>
      {(tied) => (
        <input
          {...tied}
          class="input"
          type={type}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A field of the browser speaks local time without a zone. */
function localOf(moment: string | null): string {
  if (moment === null) return '';
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function momentOf(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString();
}

function Devices({ staffId }: { readonly staffId: string }) {
  const words = notices().preferences;
  const devices = useDevices(staffId);
  const { busy, save } = useSave();
  return (
    <Loaded query={devices}>
      {({ items }) =>
        items.length === 0 ? (
          <p class="quiet">{words.noDevices}</p>
        ) : (
          <ul class="devices">
            {items.map(({ id, endpoint, created_at }) => (
              <li key={id}>
                <code>{new URL(endpoint).host}</code> <Ago at={created_at} />
                <Button
                  busy={busy.value}
                  onClick={() =>
                    void save(
                      () => call('removePushSubscription', { params: { id } }),
                      notices().records.removed,
                    )
                  }
                >
                  {t().actions.remove}
                </Button>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
