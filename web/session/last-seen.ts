import { useEffect, useMemo } from 'preact/hooks';
import { call } from '../app/client';
import { queries } from '../app/queries';
import type { PhaseView, SessionDetail } from '../app/types';
import { sessionKey } from './session-queries';

const LOOKED_MS = 2_000;

/**
 * The digest that this person looked at before the one that is shown, if it is another one. Content that was
 * shown for a moment counts as seen from then on, on every device.
 */
export function useLastSeen({ id }: SessionDetail, phase: PhaseView): string | null {
  const { number, outputDigest: digest, lastSeenDigest } = phase;
  const before = useMemo(() => lastSeenDigest, [id, number, digest]);
  useEffect(() => {
    if (digest === null || digest === lastSeenDigest) return undefined;
    const timer = setTimeout(() => void markSeen(id, number, digest), LOOKED_MS);
    return () => clearTimeout(timer);
  }, [id, number, digest]);
  return before === digest ? null : before;
}

async function markSeen(id: string, number: number, digest: string): Promise<void> {
  if (document.visibilityState !== 'visible') return;
  // Content whose note failed is shown as changed once more.
  const noted = await call('seePhase', {
    params: { id, n: String(number) },
    body: { outputDigest: digest },
  }).then(
    () => true,
    () => false,
  );
  if (!noted) return;
  queries.setQueryData<SessionDetail>(sessionKey(id), (known) =>
    known === undefined
      ? known
      : { ...known, phases: known.phases.map((phase) => seen(phase, number, digest)) },
  );
}

function seen(phase: PhaseView, number: number, digest: string): PhaseView {
  return phase.number === number ? { ...phase, lastSeenDigest: digest } : phase;
}
