import { LiveMark } from '../live/live-mark';
import type { LiveState } from '../live/live';
import { ApiProblem } from '../../src/client/problem.js';
import { Bar } from '../ui/bar';
import { Button } from '../ui/button';
import { Explain } from '../ui/explain';
import { Empty, Panel, ProblemNote, Skeleton } from '../ui/panel';
import { EntriesSkeleton, FacetsSkeleton, LineSkeleton, TableSkeleton, TilesSkeleton } from '../ui/skeletons';
import { StateMark, knownStatuses } from '../ui/state-mark';
import { Ago, Since } from '../ui/time';
import { Specimen } from './specimen';

const refused = new ApiProblem({
  title: 'Refused',
  status: 422,
  code: 'budget_exceeded',
  detail: 'The session has used its whole budget of 2,000 tokens.',
  requestId: 'req_01hzy3',
});

const kinds: readonly LiveState['kind'][] = ['live', 'polling', 'reconnecting', 'failing', 'offline'];
const SOME_TIME_MS = 12_000;

export function States() {
  const since = Date.now() - SOME_TIME_MS;
  const at = new Date(since).toISOString();
  return (
    <>
      <Specimen name="States">
        {knownStatuses.map((status) => (
          <StateMark key={status} status={status} />
        ))}
        <StateMark status="waiting_approval" bare />
      </Specimen>
      <Specimen name="Live">
        {kinds.map((kind) => (
          <LiveMark key={kind} state={{ kind, since }} />
        ))}
      </Specimen>
      <Specimen name="Progress and numbers">
        {['working', 'waiting', 'done', 'failed', 'stopped'].map((tone, place) => (
          <Bar key={tone} percent={place * 25} tone={tone} label={`${place * 25} % done`} />
        ))}
        <Explain basis="Median of 14 earlier runs of this step">about 2 min</Explain>
        <Ago at={at} />
        <Since at={at} />
      </Specimen>
      <Specimen name="Loading, nothing, problem">
        <Skeleton lines={3} />
        <TableSkeleton rows={3} />
        <EntriesSkeleton rows={3} />
        <TilesSkeleton kind="tiles" count={3} />
        <TilesSkeleton kind="parts" count={3} />
        <FacetsSkeleton groups={[3, 2]} />
        <LineSkeleton />
        <Empty title="Nothing waits for you" text="A session stops here when it needs a decision.">
          <Button kind="primary" icon="plus">
            Start a session
          </Button>
        </Empty>
        <ProblemNote error={refused} onRetry={() => undefined} />
        <ProblemNote error={new Error('broken')} />
        <Panel>
          <Broken />
        </Panel>
      </Specimen>
    </>
  );
}

function Broken(): never {
  throw new Error('A panel that breaks');
}
