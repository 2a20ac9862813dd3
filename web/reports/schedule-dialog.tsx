import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { queries } from '../app/queries';
import type { ReportQuery, ReportSchedule } from '../app/types';
import { useForm } from '../app/use-action';
import { Dialog, DialogChoice } from '../ui/dialog';
import { TextField } from '../ui/field';
import { NextTimes } from './next-times';
import { newQuery } from './query-fields';
import { isComplete, newReport, ReportFields, requestOf, type ReportDraft } from './report-fields';

interface ScheduleDialogProps {
  readonly schedule?: ReportSchedule;
  readonly onClose: () => void;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A new schedule, or a change of one: only of the version that was read. */
export function ScheduleDialog({ schedule, onClose }: ScheduleDialogProps) {
  const words = t().schedules;
  const name = useSignal(schedule?.name ?? '');
  const cron = useSignal(schedule?.cron ?? '0 9 * * mon-fri');
  const timeZone = useSignal(schedule?.timeZone ?? zone);
  const report = useSignal(schedule === undefined ? newReport : draftOf(schedule));
  const { busy, faults, send } = useForm();
  const save = async (): Promise<void> => {
    const body = {
      name: name.value.trim(),
      cron: cron.value.trim(),
      timeZone: timeZone.value.trim(),
      report: requestOf(report.value),
    };
    const isSaved = await send(
      () =>
        schedule === undefined
          ? call('createReportSchedule', { body })
          : call('changeReportSchedule', { params: { id: schedule.id }, body, ifMatch: schedule.version }),
      words.saved,
    );
    if (!isSaved) return;
    void queries.invalidateQueries({ queryKey: ['schedules'] });
    onClose();
  };
  const footer = (
    <DialogChoice
      onClose={onClose}
      busy={busy.value}
      disabled={name.value.trim() === '' || !isComplete(report.value)}
      onClick={() => void save()}
    >
      {t().actions.save}
    </DialogChoice>
  );
  return (
    <Dialog title={schedule?.name ?? t().reports.newSchedule} onClose={onClose} footer={footer}>
      <TextField
        label={words.name}
        value={name.value}
        fault={faults.value['name']}
        onChange={(value) => (name.value = value)}
      />
      <div class="grid-2">
        <TextField
          label={words.cron}
          hint={words.cronHint}
          value={cron.value}
          fault={faults.value['cron']}
          onChange={(value) => (cron.value = value)}
        />
        <TextField
          label={words.timeZone}
          value={timeZone.value}
          fault={faults.value['timeZone']}
          onChange={(value) => (timeZone.value = value)}
        />
      </div>
      <NextTimes cron={cron.value} timeZone={timeZone.value} />
      <ReportFields draft={report.value} onChange={(next) => (report.value = next)} />
    </Dialog>
  );
}

function draftOf({ report }: ReportSchedule): ReportDraft {
  const text = (name: string): string => (typeof report[name] === 'string' ? report[name] : '');
  const { hours } = (report['params'] ?? {}) as { hours?: number };
  const queries = (report['queries'] ?? [newQuery]) as readonly ReportQuery[];
  const type = (text('type') || 'activity') as ReportDraft['type'];
  return {
    type,
    format: (text('format') || 'html') as ReportDraft['format'],
    title: text('title'),
    sessionId: text('sessionId'),
    hours: String(hours ?? 24),
    queries,
  };
}
