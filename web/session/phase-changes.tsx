import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { t } from '../app/i18n';
import type { PhaseView, SessionDetail } from '../app/types';
import { Empty, Loaded } from '../ui/panel';
import { readable } from '../ui/readable';
import { WordDiff } from '../ui/word-diff';
import { sessionKey } from './session-queries';

interface PhaseChangesProps {
  readonly session: SessionDetail;
  readonly phase: PhaseView;
}

/** The changes of the last redo, word by word. */
export function PhaseChanges({ session, phase }: PhaseChangesProps) {
  const before = useEarlierOutput(session, phase);
  return (
    <Loaded query={before}>
      {({ text }) => {
        if (text === null || phase.output === null) return <Empty title={t().session.nothingToCompare} />;
        if (text === phase.output) return <Empty title={t().session.noChange} />;
        return <WordDiff before={readable(text)} after={readable(phase.output)} />;
      }}
    </Loaded>
  );
}

interface ChangesSinceProps extends PhaseChangesProps {
  readonly since: string;
}

/** The changes since this person looked last, on any device. */
export function ChangesSince({ session, phase, since }: ChangesSinceProps) {
  const changes = useQuery({
    queryKey: [...sessionKey(session.id), 'since', phase.number, since, phase.outputDigest],
    queryFn: ({ signal }) =>
      call('phaseChanges', { params: { id: session.id, n: String(phase.number) }, query: { since }, signal }),
    staleTime: Infinity,
  });
  return (
    <Loaded query={changes}>
      {({ before }) =>
        before === null || phase.output === null ? (
          <Empty title={t().session.nothingToCompare} />
        ) : (
          <WordDiff before={readable(before)} after={readable(phase.output)} />
        )
      }
    </Loaded>
  );
}

function useEarlierOutput({ id }: SessionDetail, { number, attempt }: PhaseView) {
  return useQuery({
    queryKey: [...sessionKey(id), 'earlier', number, attempt],
    queryFn: async ({ signal }): Promise<{ text: string | null }> => {
      const query = { phase: number, step: 'INTEGRATE', status: 'completed', limit: 100 } as const;
      const { items } = await call('listSessionSteps', { params: { id }, query, signal });
      const last = items.findLast((step) => step.attempt < attempt);
      if (last === undefined) return { text: null };
      const { output } = await call('getSessionStep', { params: { id, stepId: last.id }, signal });
      return { text: output };
    },
    staleTime: Infinity,
  });
}
