import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import type { NotificationSettings } from '../app/types';
import { Button } from '../ui/button';
import { CheckField, TextField } from '../ui/field';
import { useSave } from './use-save';

/** The rules by which every run is planned; a run keeps those that it began with. */
export function RulesForm({ rules }: { readonly rules: NotificationSettings }) {
  const words = notices().schedule;
  const thresholds = useSignal(rules.thresholds.join(', '));
  const overdue = useSignal(rules.overdue);
  const canary = useSignal(String(rules.canary_offices));
  const errorRate = useSignal(String(rules.pause_error_rate));
  const { busy, faults, save } = useSave();
  const send = (): Promise<boolean> =>
    save(
      () =>
        call('setNotificationSettings', {
          body: {
            thresholds: numbersOf(thresholds.value),
            overdue: overdue.value,
            canary_offices: Number(canary.value),
            pause_error_rate: Number(errorRate.value),
          },
          ifMatch: rules.version,
        }),
      words.saved,
    );
  const thresholdFault = Object.entries(faults.value).find(([path]) => path.startsWith('thresholds'))?.[1];
  return (
    <>
      <TextField
        label={words.thresholds}
        hint={words.thresholdsHint}
        value={thresholds.value}
        fault={thresholdFault}
        onChange={(value) => (thresholds.value = value)}
      />
      <CheckField
        label={words.overdue}
        checked={overdue.value}
        onChange={(value) => (overdue.value = value)}
      />
      <TextField
        label={words.canary}
        hint={words.canaryHint}
        type="number"
        value={canary.value}
        fault={faults.value['canary_offices']}
        onChange={(value) => (canary.value = value)}
      />
      <TextField
        label={words.errorRate}
        hint={words.errorRateHint}
        type="number"
        value={errorRate.value}
        fault={faults.value['pause_error_rate']}
        onChange={(value) => (errorRate.value = value)}
      />
      <Button kind="primary" busy={busy.value} onClick={() => void send()}>
        {t().actions.save}
      </Button>
    </>
  );
}

/** Text that is no number is kept, so that the API refuses it and its words stand at the field. */
function numbersOf(text: string): number[] {
  return text
    .split(/[,、\s]+/)
    .filter((part) => part !== '')
    .map(Number);
}
