import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { bytes, duration, number } from '../app/format';
import { t } from '../app/i18n';
import { Explain } from '../ui/explain';
import { Loaded } from '../ui/panel';
import { RecordTable } from '../ui/record-table';
import { LineSkeleton, TableSkeleton } from '../ui/skeletons';
import { Ago } from '../ui/time';

const POLL_MS = 60_000;
const KINDS = 9;
const HOUR_MS = 3_600_000;

/** The kept records: for how long, how much they are, and when the rest goes. */
export function RetentionPart() {
  const words = t().operations;
  const retention = useQuery({
    queryKey: ['operations', 'retention'],
    queryFn: ({ signal }) => call('retention', { signal }),
    refetchInterval: POLL_MS,
  });
  return (
    <Loaded query={retention} skeleton={<RetentionSkeleton />}>
      {({ kept, lastRunAt, nextRunAt }) => (
        <>
          <p class="quiet">
            {lastRunAt === null ? words.neverRemoved : words.removed}{' '}
            {lastRunAt !== null && <Ago at={lastRunAt} />}
            {nextRunAt !== null && (
              <>
                {' · '}
                {words.removesNext} <Ago at={nextRunAt} />
              </>
            )}
          </p>
          <RecordTable
            label={words.retention}
            items={kept.map((each) => ({ ...each, id: each.kind }))}
            columns={[
              { name: words.kept, cell: ({ kind }) => words.keptKinds[kind] },
              {
                name: words.keptFor,
                cell: ({ kind, keepHours, variable }) => (
                  <Explain basis={words.keptBasis[kind](variable ?? '')}>
                    {keepHours === null ? words.forEver : duration(keepHours * HOUR_MS)}
                  </Explain>
                ),
              },
              {
                name: words.records,
                kind: 'number',
                cell: ({ rows, isEstimate }) =>
                  isEstimate ? <Explain basis={words.estimateBasis}>≈ {number(rows)}</Explain> : number(rows),
              },
              {
                name: words.space,
                kind: 'number',
                cell: ({ bytes: size }) => <Explain basis={words.spaceBasis}>{bytes(size)}</Explain>,
              },
              {
                name: words.oldestKept,
                kind: 'number',
                cell: ({ oldestAt }) => (oldestAt === null ? '–' : <Ago at={oldestAt} />),
              },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}

function RetentionSkeleton() {
  return (
    <>
      <LineSkeleton />
      <TableSkeleton rows={KINDS} />
    </>
  );
}
