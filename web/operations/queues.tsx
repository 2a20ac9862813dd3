import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { duration, number } from '../app/format';
import { t } from '../app/i18n';
import type { QueueView } from '../app/types';
import { RecordTable } from '../ui/record-table';
import { Explain } from '../ui/explain';
import { Loaded } from '../ui/panel';
import { TableSkeleton } from '../ui/skeletons';
import { StateMark } from '../ui/state-mark';

const POLL_MS = 10_000;
const QUEUES = 4;

/** The task queues: waiting tasks, workers and their taken places. */
export function Queues() {
  const words = t().operations;
  const operations = useQuery({
    queryKey: ['operations', 'queues'],
    queryFn: ({ signal }) => call('operations', { signal }),
    refetchInterval: POLL_MS,
  });
  return (
    <Loaded query={operations} skeleton={<TableSkeleton rows={QUEUES} />}>
      {({ queues }) => (
        <RecordTable
          label={words.queues}
          items={queues.map((queue) => Object.assign({ id: queue.name }, queue))}
          columns={[
            { name: words.queue, cell: ({ name }) => <code>{name}</code> },
            { name: t().sessions.state, cell: (queue) => <QueueState queue={queue} /> },
            { name: words.backlog, kind: 'number', cell: backlogOf },
            { name: words.oldest, kind: 'number', cell: oldestOf },
            { name: words.slots, kind: 'number', cell: slotsOf },
          ]}
        />
      )}
    </Loaded>
  );
}

/** Work without anybody who asks for it stands still. */
function QueueState({ queue: { pollers, backlog } }: { readonly queue: QueueView }) {
  const words = t().operations;
  if (pollers === null) return <StateMark status="unknown" word={words.notKnown} />;
  const workers = Math.max(pollers.workflows, pollers.activities);
  if (workers > 0) return <StateMark status="active" word={words.workers(workers)} />;
  const waits = backlog !== null && backlog.workflows + backlog.activities > 0;
  return <StateMark status={waits ? 'failed' : 'inactive'} word={words.workers(0)} />;
}

function backlogOf({ backlog }: QueueView) {
  if (backlog === null) return '–';
  const { workflows, activities } = backlog;
  return (
    <Explain basis={t().operations.backlogBasis(number(workflows), number(activities))}>
      {number(workflows + activities)}
    </Explain>
  );
}

function oldestOf({ backlog }: QueueView): string {
  return backlog === null || backlog.oldestMs === 0 ? '–' : duration(backlog.oldestMs);
}

function slotsOf({ slots }: QueueView): string {
  if (slots === null) return '–';
  const waiting = slots.waiting > 0 ? ` +${number(slots.waiting)}` : '';
  return `${number(slots.used)}${slots.total === null ? '' : ` / ${number(slots.total)}`}${waiting}`;
}
