import { useSignal } from '@preact/signals';
import { t } from '../app/i18n';
import type { FailureGroup } from '../app/types';
import { Button } from '../ui/button';
import { Loaded } from '../ui/panel';
import { LineSkeleton } from '../ui/skeletons';
import { Ago } from '../ui/time';
import { useFailures } from './failure-queries';
import { RetryDialog } from './retry-dialog';

/** Failures, grouped by cause. All of a line are tried again together, after it is said what that does. */
export function Failures() {
  const chosen = useSignal<FailureGroup | null>(null);
  const failures = useFailures();
  return (
    <>
      <Loaded query={failures} skeleton={<LineSkeleton />}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="quiet">{t().operations.nothingFails}</p>
          ) : (
            <ul class="letters">
              {items.map((group) => (
                <Group key={group.fingerprint} group={group} onRetry={() => (chosen.value = group)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {chosen.value !== null && <RetryDialog group={chosen.value} onClose={() => (chosen.value = null)} />}
    </>
  );
}

interface GroupProps {
  readonly group: FailureGroup;
  readonly onRetry: () => void;
}

function Group({ group, onRetry }: GroupProps) {
  const words = t().operations;
  const { kind, subject, code, message, count, firstAt, lastAt, samples } = group;
  return (
    <li>
      <details>
        <summary>
          <span class="count">{count}</span> <span class="chip">{words.failureKinds[kind]}</span> {subject}:{' '}
          <code>{code}</code>{' '}
          <span class="quiet">
            <Ago at={lastAt} />
          </span>
        </summary>
        <p class="note note-failed" dir="auto">
          {message}
        </p>
        <p class="quiet">
          {words.failsSince} <Ago at={firstAt} />
        </p>
        <ul class="samples">
          {samples.map(({ id, title, href }) => (
            <li key={id}>
              <a href={href} dir="auto">
                {title}
              </a>
            </li>
          ))}
        </ul>
      </details>
      <Button icon="redo" onClick={onRetry}>
        {words.retry(count)}
      </Button>
    </li>
  );
}
