import { useSignal } from '@preact/signals';
import { useQuery } from '@tanstack/preact-query';
import { get, post } from '../app/client';
import { t } from '../app/i18n';
import { queries } from '../app/queries';
import { toast, toastProblem } from '../app/toasts';
import { Button } from '../ui/button';
import { Loaded } from '../ui/panel';
import { Ago } from '../ui/time';

interface FailureGroup {
  readonly fingerprint: string;
  readonly message?: string;
  readonly title?: string;
  readonly count: number;
  readonly lastAt?: string;
}

/** What failed, by its fingerprint. All of one are tried again together, after it is said how many they are. */
export function Failures() {
  const failures = useQuery({
    queryKey: ['operations', 'failures'],
    queryFn: ({ signal }) => get<{ items: readonly FailureGroup[] }>('/api/v1/failures', {}, signal),
    retry: false,
  });
  return (
    <Loaded query={failures}>
      {({ items }) =>
        items.length === 0 ? (
          <p class="quiet">{t().operations.nothingFails}</p>
        ) : (
          <ul class="letters">
            {items.map((group) => (
              <Group key={group.fingerprint} group={group} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Group({ group }: { readonly group: FailureGroup }) {
  const busy = useSignal(false);
  const retry = async (): Promise<void> => {
    busy.value = true;
    try {
      await post(`/api/v1/failures/${group.fingerprint}/retry`, { dryRun: false });
      toast({ tone: 'done', text: t().operations.triedAgain });
    } catch (error) {
      toastProblem(error);
    }
    busy.value = false;
    void queries.invalidateQueries({ queryKey: ['operations'] });
  };
  return (
    <li>
      <span class="count">{group.count}</span>
      <span dir="auto">{group.message ?? group.title ?? group.fingerprint}</span>
      {group.lastAt !== undefined && (
        <span class="quiet">
          <Ago at={group.lastAt} />
        </span>
      )}
      <Button icon="redo" busy={busy.value} onClick={() => void retry()}>
        {t().operations.retry(group.count)}
      </Button>
    </li>
  );
}
