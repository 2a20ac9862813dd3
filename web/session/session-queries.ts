import { useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { queries } from '../app/queries';
import type {
  InputOf,
  Forked,
  DecideBody,
  Rerun,
  RerunPreview,
  SessionDetail,
  SessionProgressView,
  StepView,
} from '../app/types';

const LONG_MS = 60_000;

export const sessionKey = (id: string) => ['session', id] as const;

export function useSession(id: string) {
  return useQuery({
    queryKey: sessionKey(id),
    queryFn: ({ signal }) => call('getSession', { params: { id }, signal }),
    staleTime: LONG_MS,
  });
}

export function useSteps(id: string) {
  return useQuery({
    queryKey: [...sessionKey(id), 'steps'],
    queryFn: ({ signal }) => allSteps(id, signal),
    staleTime: LONG_MS,
  });
}

const MOST_STEPS = 500;

async function allSteps(id: string, signal: AbortSignal): Promise<readonly StepView[]> {
  const steps: StepView[] = [];
  let cursor: string | undefined;
  do {
    const page = await call('listSessionSteps', { params: { id }, query: { limit: 100, cursor }, signal });
    steps.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && steps.length < MOST_STEPS);
  return steps;
}

export function useStep(id: string, stepId: string | null) {
  return useQuery({
    queryKey: [...sessionKey(id), 'step', stepId],
    queryFn: ({ signal }) => call('getSessionStep', { params: { id, stepId: stepId ?? '' }, signal }),
    enabled: stepId !== null && stepId !== '',
    staleTime: LONG_MS,
  });
}

export function useUsage(id: string) {
  return useQuery({
    queryKey: [...sessionKey(id), 'usage'],
    queryFn: ({ signal }) => call('getSessionUsage', { params: { id }, signal }),
    staleTime: LONG_MS,
  });
}

export function useComparison(id: string, other: string) {
  return useQuery({
    queryKey: [...sessionKey(id), 'compare', other],
    queryFn: ({ signal }) => call('compareSessions', { params: { id }, query: { with: other }, signal }),
    enabled: other !== '',
  });
}

export function useTemplate(name: string, version: number) {
  return useQuery({
    queryKey: ['template', name, version],
    queryFn: ({ signal }) => call('getTemplate', { params: { name }, query: { version }, signal }),
    staleTime: Infinity,
  });
}

export function useRerunPreview(
  id: string,
  rerun: Rerun,
  { kind, digest }: { readonly kind: 'redo' | 'fork'; readonly digest: string | null },
) {
  return useQuery({
    queryKey: [...sessionKey(id), 'preview', kind, rerun.from.phase, rerun.from.step ?? '', digest],
    queryFn: () => previewOf(kind, id, rerun),
    staleTime: LONG_MS,
    retry: false,
  });
}

export async function forkSession(id: string, rerun: Rerun): Promise<{ id: string }> {
  return (await call('forkSession', { params: { id }, body: rerun })) as Forked;
}

/** The price of doing again what follows a step, without doing it. */
async function previewOf(kind: 'redo' | 'fork', id: string, { from }: Rerun): Promise<RerunPreview> {
  const asked = { params: { id }, body: { from, dryRun: true } };
  return (await (kind === 'redo' ? call('redoSession', asked) : call('forkSession', asked))) as RerunPreview;
}

type SessionCommand = 'pauseSession' | 'resumeSession' | 'cancelSession' | 'continueSession';

/** Commands answer with the new progress, which is then what the page shows. */
export async function command<Name extends SessionCommand>(
  id: string,
  name: Name,
  body?: InputOf<Name>['body'],
): Promise<void> {
  const [command, input] = [name as 'continueSession', { params: { id }, body: body ?? {} }];
  showProgress(id, await call(command, input));
}

export async function decide(gateId: string, sessionId: string, body: DecideBody): Promise<void> {
  // A gate of a session answers with its progress, a gate of a job with the decision.
  const progress = await call('decideGate', { params: { id: gateId }, body });
  showProgress(sessionId, progress as SessionProgressView);
}

function showProgress(id: string, progress: SessionProgressView): void {
  patchProgress(id, progress);
  void queries.invalidateQueries({ queryKey: sessionKey(id), exact: true });
  void queries.invalidateQueries({ queryKey: ['inbox'] });
  void queries.invalidateQueries({ queryKey: ['sessions'] });
}

/** Older progress never replaces newer progress. */
export function patchProgress(id: string, progress: Partial<SessionProgressView>): void {
  queries.setQueryData<SessionDetail>(sessionKey(id), (known) => {
    if (known === undefined || (progress.version ?? 0) < known.progress.version) return known;
    return {
      ...known,
      status: progress.status ?? known.status,
      progress: { ...known.progress, ...progress },
    };
  });
}
