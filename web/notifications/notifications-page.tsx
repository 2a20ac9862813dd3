import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import { notices } from './notice-words';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import { Button } from '../ui/button';
import type { IconName } from '../ui/icon';
import { Panel } from '../ui/panel';
import { Tabs } from '../ui/tabs';
import { DeadlinesView } from '../offices/deadlines-view';
import { DeliveriesView } from './deliveries-view';
import { ExplainView } from './explain-view';
import { MailsView } from './mails-view';
import { OfficesView } from '../offices/offices-view';
import { RunsView } from './runs-view';
import { ScheduleView } from './schedule-view';
import { StaffView } from '../offices/staff-view';
import { StartDialog } from './start-dialog';

const views = {
  runs: { icon: 'notifications', view: RunsView },
  deliveries: { icon: 'inbox', view: DeliveriesView },
  why: { icon: 'info', view: ExplainView },
  staff: { icon: 'users', view: StaffView },
  offices: { icon: 'document', view: OfficesView },
  deadlines: { icon: 'clock', view: DeadlinesView },
  schedule: { icon: 'settings', view: ScheduleView },
  mails: { icon: 'eye', view: MailsView },
} as const satisfies Record<string, { icon: IconName; view: () => unknown }>;

type ViewName = keyof typeof views;
const names = Object.keys(views) as ViewName[];

/** Notifications of deadlines: their runs, messages, records and rules. */
export function NotificationsPage() {
  const words = notices();
  const address = useAddress();
  const starts = useSignal(false);
  usePageTitle(t().nav.notifications);
  const tab = names.find((name) => name === address.get('tab')) ?? 'runs';
  const View = views[tab].view;
  useKeys([{ keys: 'n', group: 'lists', label: words.runs.start, run: () => (starts.value = true) }]);
  return (
    <div class="page">
      <header class="page-head">
        <h1>{t().nav.notifications}</h1>
        <Button kind="primary" icon="plus" hint="n" onClick={() => (starts.value = true)}>
          {words.runs.start}
        </Button>
      </header>
      <Tabs
        label={t().nav.notifications}
        tabs={names.map((name) => ({ id: name, label: words.tabs[name], icon: views[name].icon }))}
        chosen={tab}
        // Another view has other filters.
        onChoose={(id) => address.go(id === 'runs' ? '/notifications' : `/notifications?tab=${id}`)}
        panel="notices-view"
      />
      <div id="notices-view" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={-1}>
        <Panel reset={tab}>
          <View key={tab} />
        </Panel>
      </div>
      {starts.value && <StartDialog onClose={() => (starts.value = false)} />}
    </div>
  );
}
