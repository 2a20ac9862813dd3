import { useRoute } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { t } from '../app/i18n';
import { useKeys } from '../app/keys';
import { useAddress } from '../app/location';
import { usePageTitle } from '../app/page-title';
import type { SessionDetail } from '../app/types';
import { Loaded, Panel, Skeleton } from '../ui/panel';
import { Tabs } from '../ui/tabs';
import { CompareView } from './compare-view';
import { DecisionPanel } from './decision/decision-panel';
import { DocumentView } from './document-view';
import { EventsView } from './events-view';
import { LineageView } from './lineage-view';
import { useLiveSession, type LiveSession } from './live-session';
import { PhaseTrack } from './phase-track';
import { SessionContext } from './session-context';
import { SessionHead } from './session-head';
import { useSession } from './session-queries';
import { StepsView } from './steps-view';
import { TimelineView } from './timeline-view';
import { siblingOf } from '../sessions/list-order';

const tabs = ['document', 'timeline', 'steps', 'compare', 'lineage', 'events'] as const;
type TabName = (typeof tabs)[number];

const tabIcons = {
  document: 'document',
  timeline: 'timeline',
  steps: 'steps',
  compare: 'compare',
  lineage: 'fork',
  events: 'menu',
} as const;

const tabKeys: Readonly<Partial<Record<TabName, { readonly hint: string }>>> = {
  document: { hint: 'd' },
  timeline: { hint: 't' },
  steps: { hint: 's' },
  compare: { hint: 'c' },
};

export function SessionPage() {
  const id = useRoute().params['id'] ?? '';
  const session = useSession(id);
  const live = useLiveSession(id);
  usePageTitle(session.data?.topic ?? t().nav.sessions);
  return (
    <div class="session-page">
      <Loaded query={session} heading={t().nav.sessions} skeleton={<SessionSkeleton />}>
        {(data) => <Session session={data} live={live} />}
      </Loaded>
    </div>
  );
}

/** Facts, phases, document and decision, each where it will be. */
function SessionSkeleton() {
  return (
    <div class="session-before">
      <Skeleton lines={1} />
      <div class="session-columns">
        <div class="phase-track">
          <Skeleton lines={5} />
        </div>
        <div class="session-main">
          <Skeleton lines={9} />
        </div>
        <div class="session-aside">
          <Skeleton lines={4} />
        </div>
      </div>
    </div>
  );
}

function Session({ session, live }: { readonly session: SessionDetail; readonly live: LiveSession }) {
  const address = useAddress();
  const tab = tabOf(address.get('tab'));
  const chosen = chosenPhase(session, address.get('phase'));
  const showTab = (name: string): void =>
    address.set({ tab: name === 'document' ? undefined : name, step: undefined }, true);
  const showPhase = (phase: number): void => {
    const isCurrent = phase === session.progress.currentPhase;
    address.set({ tab: undefined, phase: isCurrent ? undefined : String(phase), part: undefined }, true);
  };
  useSessionKeys(session, showTab, showPhase);
  return (
    <>
      <SessionHead session={session} />
      <div class={`session-columns ${tab === 'document' ? '' : 'session-columns-wide'}`}>
        <PhaseTrack session={session} chosen={chosen} onChoose={showPhase} />
        <div class="session-main">
          <Tabs
            label={t().session.views}
            panel="session-view"
            chosen={tab}
            onChoose={showTab}
            tabs={tabs.map((name) => ({
              id: name,
              label: t().session.tabs[name],
              icon: tabIcons[name],
              ...tabKeys[name],
            }))}
          />
          <div id="session-view" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={-1}>
            <Panel reset={`${session.id} ${tab}`}>
              <View tab={tab} session={session} live={live} phase={chosen} />
            </Panel>
          </div>
        </div>
        <aside class="session-aside" tabIndex={-1} aria-label={t().session.decisionAndContext}>
          <Panel reset={session.id}>
            <DecisionPanel session={session} onShow={() => showPhase(session.progress.currentPhase)} />
          </Panel>
          <SessionContext session={session} />
        </aside>
      </div>
    </>
  );
}

interface ViewProps {
  readonly tab: TabName;
  readonly session: SessionDetail;
  readonly live: LiveSession;
  readonly phase: number;
}

function View({ tab, session, live, phase }: ViewProps) {
  switch (tab) {
    case 'document':
      return <DocumentView session={session} phase={session.phases[phase - 1]!} live={live} />;
    case 'timeline':
      return <TimelineView session={session} />;
    case 'steps':
      return <StepsView session={session} />;
    case 'compare':
      return <CompareView session={session} />;
    case 'lineage':
      return <LineageView session={session} />;
    case 'events':
      return <EventsView session={session} live={live} />;
  }
}

function tabOf(name: string): TabName {
  return tabs.find((each) => each === name) ?? 'document';
}

/** The phase of the address, else the one that something happens in. */
function chosenPhase({ phases, progress }: SessionDetail, asked: string): number {
  const number = Number(asked);
  return Number.isInteger(number) && number >= 1 && number <= phases.length ? number : progress.currentPhase;
}

function useSessionKeys(
  session: SessionDetail,
  showTab: (name: string) => void,
  showPhase: (phase: number) => void,
): void {
  const words = t().session;
  const address = useAddress();
  const goTo = (by: 1 | -1): void => {
    const next = siblingOf(session.id, by);
    if (next !== undefined) address.go(`/sessions/${next}`);
  };
  useKeys([
    { keys: 'd', group: 'session', label: words.tabs.document, run: () => showTab('document') },
    { keys: 't', group: 'session', label: words.tabs.timeline, run: () => showTab('timeline') },
    { keys: 's', group: 'session', label: words.tabs.steps, run: () => showTab('steps') },
    { keys: 'c', group: 'session', label: words.tabs.compare, run: () => showTab('compare') },
    { keys: '[', group: 'session', label: words.previousSession, run: () => goTo(-1) },
    { keys: ']', group: 'session', label: words.nextSession, run: () => goTo(1) },
    ...session.phases.slice(0, 9).map(({ number, title }) => ({
      keys: String(number),
      group: 'session' as const,
      label: title,
      run: () => showPhase(number),
    })),
  ]);
  useEffect(() => scrollTo(0, 0), [session.id]);
}
