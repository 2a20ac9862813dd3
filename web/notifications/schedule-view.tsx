import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { shortDateTime } from '../app/format';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useAddress } from '../app/location';
import type { NotificationSchedule } from '../app/types';
import { Button } from '../ui/button';
import { Dialog, DialogChoice } from '../ui/dialog';
import { TextField } from '../ui/field';
import { Loaded } from '../ui/panel';
import { StateMark } from '../ui/state-mark';
import { useRules, useSchedule } from './notification-queries';
import { RulesForm } from './rules-form';
import { useSave } from './use-save';

/** When the run over all offices comes by itself, and by which rules every run is planned. */
export function ScheduleView() {
  const words = notices().schedule;
  const schedule = useSchedule();
  const rules = useRules();
  return (
    <div class="schedule-columns">
      <section>
        <h2>{words.title}</h2>
        <Loaded query={schedule}>{(data) => <Schedule key={data.version} schedule={data} />}</Loaded>
      </section>
      <section>
        <h2>{words.rules}</h2>
        <Loaded query={rules}>{(data) => <RulesForm key={data.version} rules={data} />}</Loaded>
      </section>
    </div>
  );
}

function Schedule({ schedule }: { readonly schedule: NotificationSchedule }) {
  const words = notices().schedule;
  const address = useAddress();
  const cron = useSignal(schedule.cron);
  const zone = useSignal(schedule.time_zone);
  const asks = useSignal(false);
  const close = (): void => void (asks.value = false);
  const { busy, faults, save } = useSave();
  const set = (enabled: boolean): Promise<boolean> =>
    save(
      () =>
        call('setNotificationSchedule', {
          body: { cron: cron.value.trim(), time_zone: zone.value.trim(), enabled },
          ifMatch: schedule.version,
        }),
      t().schedules.saved,
    );
  const runNow = (): Promise<boolean> =>
    save(async () => {
      const { jobId } = await call('triggerNotifications');
      address.go(`/notifications/runs/${jobId}`);
    }, words.started);
  return (
    <>
      <p class="row">
        <StateMark status={schedule.enabled ? 'active' : 'paused'} />
        {schedule.sync === 'pending' && <span class="chip chip-changed">{t().schedules.pending}</span>}
        <Button icon="play" onClick={() => (asks.value = true)}>
          {words.runNow}
        </Button>
        <Button
          icon={schedule.enabled ? 'pause' : 'play'}
          busy={busy.value}
          onClick={() => void set(!schedule.enabled)}
        >
          {schedule.enabled ? t().session.pause : t().session.resume}
        </Button>
      </p>
      <NextRuns schedule={schedule} />
      {asks.value && (
        <Dialog
          title={words.runNow}
          onClose={close}
          footer={
            <DialogChoice onClose={close} busy={busy.value} onClick={() => void runNow()}>
              {notices().starting.doSend}
            </DialogChoice>
          }
        >
          <p>{words.runNowText}</p>
        </Dialog>
      )}
      <TextField
        label={t().schedules.cron}
        hint={t().schedules.cronHint}
        value={cron.value}
        fault={faults.value['cron']}
        onChange={(value) => (cron.value = value)}
      />
      <TextField
        label={t().schedules.timeZone}
        value={zone.value}
        fault={faults.value['time_zone']}
        onChange={(value) => (zone.value = value)}
      />
      <Button kind="primary" busy={busy.value} onClick={() => void set(schedule.enabled)}>
        {t().actions.save}
      </Button>
    </>
  );
}

function NextRuns({ schedule: { enabled, next_runs } }: { readonly schedule: NotificationSchedule }) {
  const words = notices().schedule;
  if (!enabled) return <p class="note">{words.paused}</p>;
  return (
    <>
      <h3>{words.next}</h3>
      <ol class="next-runs">
        {next_runs.map((at) => (
          <li key={at} class="figures">
            <time dateTime={at}>{shortDateTime(at)}</time>
          </li>
        ))}
      </ol>
    </>
  );
}
