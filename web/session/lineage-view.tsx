import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import { isProblem } from '../app/problem';
import type { SessionDetail } from '../app/types';
import { StateMark } from '../ui/state-mark';
import { Ago } from '../ui/time';
import { sessionKey } from './session-queries';

/** Where this session came from, what came of it, and how often it was begun anew. */
export function LineageView({ session }: { readonly session: SessionDetail }) {
  const { origin, forks } = session.lineage;
  if (origin === null)
    return (
      <>
        <Node session={session} isHere />
        {forks.length === 0 && session.progress.attempt === 1 && <p class="note">{t().lineage.alone}</p>}
      </>
    );
  return <Origin id={origin.id} session={session} />;
}

function Origin({ id, session }: { readonly id: string; readonly session: SessionDetail }) {
  const words = t().lineage;
  const origin = useQuery({
    queryKey: sessionKey(id),
    queryFn: ({ signal }) => call('getSession', { params: { id }, signal }),
    retry: false,
  });
  const from = session.lineage.origin?.from;
  return (
    <ul class="tree">
      <li>
        {origin.data === undefined ? (
          <span class="quiet">{isProblem(origin.error, 'not_found') ? words.notYours : id}</span>
        ) : (
          <Line session={origin.data} />
        )}
        {from != null && <span class="quiet"> {words.forkedAt(from.phase, t().steps[from.step])}</span>}
        <Node session={session} isHere />
        <Siblings origin={origin.data} here={session.id} />
      </li>
    </ul>
  );
}

function Siblings({ origin, here }: { readonly origin: SessionDetail | undefined; readonly here: string }) {
  const others = origin?.lineage.forks.filter(({ id }) => id !== here) ?? [];
  if (others.length === 0) return null;
  return (
    <ul class="tree">
      {others.map((fork) => (
        <li key={fork.id}>
          <Fork fork={fork} />
        </li>
      ))}
    </ul>
  );
}

function Node({ session, isHere }: { readonly session: SessionDetail; readonly isHere: boolean }) {
  const { attempt } = session.progress;
  return (
    <ul class="tree">
      <li aria-current={isHere ? 'true' : undefined}>
        <Line session={session} />
        <ul class="tree">
          {Array.from({ length: attempt - 1 }, (_, place) => (
            <li key={place}>
              <a href={`/sessions/${session.id}?tab=compare&with=attempt:${place + 1}`}>
                {t().session.attempt(place + 1)}
              </a>
            </li>
          ))}
          {session.lineage.forks.map((fork) => (
            <li key={fork.id}>
              <Fork fork={fork} />
            </li>
          ))}
        </ul>
      </li>
    </ul>
  );
}

function Line({ session }: { readonly session: SessionDetail }) {
  return (
    <span class="tree-line">
      <StateMark status={session.status} bare />
      <a href={`/sessions/${session.id}`} dir="auto">
        {session.topic}
      </a>
      <span class="quiet">
        <Ago at={session.createdAt} />
      </span>
    </span>
  );
}

function Fork({ fork }: { readonly fork: SessionDetail['lineage']['forks'][number] }) {
  return (
    <span class="tree-line">
      <StateMark status={fork.status} bare />
      <a href={`/sessions/${fork.id}`}>{t().lineage.fork}</a>
      <span class="quiet">
        <Ago at={fork.createdAt} />
      </span>
      <a class="quiet" href={`?tab=compare&with=${fork.id}`}>
        {t().session.tabs.compare}
      </a>
    </span>
  );
}
