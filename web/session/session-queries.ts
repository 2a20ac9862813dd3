import { useQuery } from '@tanstack/preact-query';
import { get, post } from '../app/client';
import { queries } from '../app/queries';
import type {
  Comparison,
  DecideBody,
  Page,
  Rerun,
  RerunPreview,
  SessionDetail,
  SessionProgressView,
  StepDetail,
  StepView,
  TemplateView,
  Usage,
} from '../app/types';

export const SESSIONS = '/api/v1/cot-sessions';

const LONG_MS = 60_000;

export const sessionKey = (id: string) => ['session', id] as const;

export function useSession(id: string) {
  return useQuery({
    queryKey: sessionKey(id),
    queryFn: ({ signal }) => get<SessionDetail>(`${SESSIONS}/${id}`, {}, signal),
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
    const page = await get<Page<StepView>>(`${SESSIONS}/${id}/steps`, { limit: 100, cursor }, signal);
    steps.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && steps.length < MOST_STEPS);
  return steps;
}

export function useStep(id: string, stepId: string | null) {
  return useQuery({
    queryKey: [...sessionKey(id), 'step', stepId],
    queryFn: ({ signal }) => get<StepDetail>(`${SESSIONS}/${id}/steps/${stepId}`, {}, signal),
    enabled: stepId !== null && stepId !== '',
    staleTime: LONG_MS,
  });
}

export function useUsage(id: string) {
  return useQuery({
    queryKey: [...sessionKey(id), 'usage'],
    queryFn: ({ signal }) => get<Usage>(`${SESSIONS}/${id}/usage`, {}, signal),
    staleTime: LONG_MS,
  });
}

export function useComparison(id: string, other: string) {
  return useQuery({
    queryKey: [...sessionKey(id), 'compare', other],
    queryFn: ({ signal }) => get<Comparison>(`${SESSIONS}/${id}/compare`, { with: other }, signal),
    enabled: other !== '',
  });
}

export function useTemplate(name: string, version: number) {
  return useQuery({
    queryKey: ['template', name, version],
    queryFn: ({ signal }) => get<TemplateView>(`/api/v1/templates/${name}`, { version }, signal),
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
    queryFn: () => post<RerunPreview>(`${SESSIONS}/${id}/${kind}`, { from: rerun.from, dryRun: true }),
    staleTime: LONG_MS,
    retry: false,
  });
}

export function forkSession(id: string, rerun: Rerun): Promise<{ id: string }> {
  return post<{ id: string }>(`${SESSIONS}/${id}/fork`, rerun);
}

/** Commands answer with the new progress, which is then what the page shows. */
export async function command(id: string, name: string, body: object = {}): Promise<void> {
  showProgress(id, await post<SessionProgressView>(`${SESSIONS}/${id}/${name}`, body));
}

export async function decide(gateId: string, sessionId: string, body: DecideBody): Promise<void> {
  showProgress(sessionId, await post<SessionProgressView>(`/api/v1/gates/${gateId}/decide`, body));
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
