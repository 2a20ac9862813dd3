import { useQuery } from '@tanstack/preact-query';
import { t } from '../app/i18n';
import type { Readiness } from '../app/types';
import { StateMark } from '../ui/state-mark';
import { Loaded } from '../ui/panel';
import { LineSkeleton, TilesSkeleton } from '../ui/skeletons';

const POLL_MS = 5_000;

/** Every part for itself. That nothing can be served is an answer, not a failure of the question. */
export function Health() {
  const words = t().operations;
  const health = useQuery({
    queryKey: ['operations', 'health'],
    queryFn: async ({ signal }) => (await (await fetch('/readyz', { signal })).json()) as Readiness,
    refetchInterval: POLL_MS,
  });
  return (
    <Loaded query={health} skeleton={<HealthSkeleton />}>
      {({ status, checks }) => (
        <>
          <p class="row">
            <StateMark status={status === 'ready' ? 'active' : 'failed'} word={words.readiness[status]} />
          </p>
          <ul class="parts">
            {Object.entries(checks).map(([name, check]) => (
              <li key={name}>
                <StateMark
                  status={check.status === 'up' ? 'active' : 'failed'}
                  word={words.parts[check.status]}
                />
                <span class="part-name">{name}</span>
                <span class="figures quiet">{check.ms} ms</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Loaded>
  );
}

const PARTS = 4;

function HealthSkeleton() {
  return (
    <>
      <LineSkeleton />
      <TilesSkeleton kind="parts" count={PARTS} />
    </>
  );
}
