import { useSignal } from '@preact/signals';
import { call } from '../app/client';
import { shortDateTime } from '../app/format';
import { t } from '../app/i18n';
import { useAddress } from '../app/location';
import { queries } from '../app/queries';
import { toast, toastProblem } from '../app/toasts';
import type { Firing, ReportSchedule } from '../app/types';
import { useAction } from '../app/use-action';
import { Button } from '../ui/button';
import { Dialog, DialogChoice } from '../ui/dialog';
import { Menu } from '../ui/menu';
import { Empty, Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { RecordTable, type Column } from '../ui/record-table';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { commandSchedule, type ScheduleCommand, useFirings, useSchedules } from './report-queries';
import { ScheduleDialog } from './schedule-dialog';

export function SchedulesView({ onNew }: { readonly onNew: () => void }) {
  const words = t().schedules;
  const address = useAddress();
  const schedules = useSchedules();
  const chosen = schedules.data?.items.find(({ id }) => id === address.get('schedule'));
  return (
    <>
      <Loaded query={schedules} skeleton={<TableSkeleton rows={3} px={45} columns={4} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={words.none} text={words.noneText}>
              <Button kind="primary" onClick={onNew}>
                {t().reports.newSchedule}
              </Button>
            </Empty>
          ) : (
            <ScheduleTable schedules={items} onOpen={(schedule) => address.set({ schedule })} />
          )
        }
      </Loaded>
      {chosen !== undefined && (
        <FiringsDialog schedule={chosen} onClose={() => address.set({ schedule: undefined }, true)} />
      )}
    </>
  );
}

interface ScheduleTableProps {
  readonly schedules: readonly ReportSchedule[];
  readonly onOpen: (id: string) => void;
}

function ScheduleTable({ schedules, onOpen }: ScheduleTableProps) {
  const words = t().schedules;
  const columns: readonly Column<ReportSchedule>[] = [
    {
      name: words.name,
      cell: ({ id, name }) => (
        <button type="button" class="link" dir="auto" onClick={() => onOpen(id)}>
          {name}
        </button>
      ),
    },
    {
      name: words.when,
      cell: ({ cron, timeZone }) => (
        <>
          <code>{cron}</code> <span class="quiet">{timeZone}</span>
        </>
      ),
    },
    {
      name: words.next,
      cell: ({ nextRuns: [next] }) => (next === undefined ? '–' : shortDateTime(next)),
    },
    {
      name: t().sessions.state,
      cell: ({ enabled, sync }) => (
        <>
          <StateMark status={enabled ? 'active' : 'paused'} />
          {sync === 'pending' && <span class="chip chip-changed">{words.pending}</span>}
        </>
      ),
    },
    {
      name: t().session.more,
      kind: 'more',
      cell: (schedule) => <ScheduleMenu schedule={schedule} onOpen={onOpen} />,
    },
  ];
  return <RecordTable label={t().reports.schedules} items={schedules} columns={columns} />;
}

interface ScheduleMenuProps {
  readonly schedule: ReportSchedule;
  readonly onOpen: (id: string) => void;
}

function ScheduleMenu({ schedule, onOpen }: ScheduleMenuProps) {
  const words = t().schedules;
  const [edits, asks] = [useSignal(false), useSignal(false)];
  const run = async (name: ScheduleCommand, text: string): Promise<void> => {
    try {
      await commandSchedule(schedule.id, name);
      toast({ tone: 'done', text });
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <>
      <Menu
        label={`${t().session.more}: ${schedule.name}`}
        items={[
          { label: words.runs, icon: 'menu', run: () => onOpen(schedule.id) },
          {
            label: words.trigger,
            icon: 'play',
            run: () => void run('triggerReportSchedule', words.triggered),
          },
          { label: words.edit, icon: 'edit', run: () => (edits.value = true) },
          schedule.enabled
            ? {
                label: t().session.pause,
                icon: 'pause',
                run: () => void run('pauseReportSchedule', words.paused),
              }
            : {
                label: t().session.resume,
                icon: 'play',
                run: () => void run('resumeReportSchedule', words.resumed),
              },
          { label: t().actions.remove, icon: 'close', danger: true, run: () => (asks.value = true) },
        ]}
      />
      {asks.value && <DropDialog schedule={schedule} onClose={() => (asks.value = false)} />}
      {edits.value && <ScheduleDialog schedule={schedule} onClose={() => (edits.value = false)} />}
    </>
  );
}

interface ScheduleDialogProps {
  readonly schedule: ReportSchedule;
  readonly onClose: () => void;
}

/** A removed schedule does not come back. */
function DropDialog({ schedule, onClose }: ScheduleDialogProps) {
  const words = t().schedules;
  const { busy, run } = useAction();
  const drop = (): Promise<boolean> =>
    run(async () => {
      await call('deleteReportSchedule', { params: { id: schedule.id } });
      onClose();
      await queries.invalidateQueries({ queryKey: ['schedules'] });
    });
  const footer = (
    <DialogChoice onClose={onClose} kind="danger" busy={busy.value} onClick={() => void drop()}>
      {t().actions.remove}
    </DialogChoice>
  );
  return (
    <Dialog title={words.dropTitle(schedule.name)} onClose={onClose} footer={footer}>
      <p>{words.dropText}</p>
    </Dialog>
  );
}

function FiringsDialog({ schedule, onClose }: ScheduleDialogProps) {
  const words = t().schedules;
  const firings = useFirings(schedule.id);
  return (
    <Dialog title={schedule.name} onClose={onClose}>
      <h3>{words.next}</h3>
      <ol class="next-runs">
        {schedule.nextRuns.map((at) => (
          <li key={at} class="figures">
            {shortDateTime(at)}
          </li>
        ))}
      </ol>
      <h3>{words.runs}</h3>
      <Loaded query={firings}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{words.noRuns}</p>
          ) : (
            <ol class="firings">
              {items.map((firing) => (
                <FiringLine key={firing.id} firing={firing} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Dialog>
  );
}

function FiringLine({ firing }: { readonly firing: Firing }) {
  return (
    <li>
      <Ago at={firing.scheduledAt} />
      {firing.jobId === null ? (
        <span class="quiet">{firing.skipped?.message}</span>
      ) : (
        <a class="link-alone" href={`/jobs/${firing.jobId}`}>
          {t().schedules.job}
        </a>
      )}
      {firing.state !== null && <StateMark status={firing.state.toLowerCase()} />}
    </li>
  );
}
