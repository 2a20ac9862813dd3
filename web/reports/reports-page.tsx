import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { isAdmin } from '../app/me';
import { usePageTitle } from '../app/page-title';
import { Button } from '../ui/button';
import { Panel } from '../ui/panel';
import { Tabs, type Tab } from '../ui/tabs';
import { DeadLettersView } from './dead-letters-view';
import { JobsView } from './jobs-view';
import { ReportDialog } from './report-dialog';
import { ScheduleDialog } from './schedule-dialog';
import { SchedulesView } from './schedules-view';

/** Everything asynchronous with a result, what makes it again and again, and what failed at last. */
export function ReportsPage() {
  const words = t().reports;
  const address = useAddress();
  const makes = useSignal<'report' | 'schedule' | null>(null);
  usePageTitle(t().nav.reports);
  const tabs: Tab[] = [
    { id: 'jobs', label: words.jobs, icon: 'reports' },
    { id: 'schedules', label: words.schedules, icon: 'clock' },
    ...(isAdmin() ? [{ id: 'dead-letters', label: words.deadLetters, icon: 'alert' as const }] : []),
  ];
  const tab = tabs.find(({ id }) => id === address.get('tab'))?.id ?? 'jobs';
  useKeys([{ keys: 'n', group: 'lists', label: words.make, run: () => (makes.value = 'report') }]);
  const close = (): void => void (makes.value = null);
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t().nav.reports}</h1>
        <div class="row">
          <Button icon="clock" onClick={() => (makes.value = 'schedule')}>
            {words.newSchedule}
          </Button>
          <Button kind="primary" icon="plus" hint="n" onClick={() => (makes.value = 'report')}>
            {words.make}
          </Button>
        </div>
      </header>
      <Tabs
        label={t().nav.reports}
        tabs={tabs}
        chosen={tab}
        onChoose={(id) => address.set({ tab: id === 'jobs' ? undefined : id }, true)}
        panel="reports-view"
      />
      <div id="reports-view" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={-1}>
        <Panel reset={tab}>
          {tab === 'jobs' && <JobsView />}
          {tab === 'schedules' && <SchedulesView onNew={() => (makes.value = 'schedule')} />}
          {tab === 'dead-letters' && <DeadLettersView />}
        </Panel>
      </div>
      {makes.value === 'report' && <ReportDialog onClose={close} />}
      {makes.value === 'schedule' && <ScheduleDialog onClose={close} />}
    </div>
  );
}
