import { call, send } from '../app/client';
import { t } from '../app/i18n';
import { isAdmin } from '../app/me';
import { queries } from '../app/queries';
import type { DeadlineRunResult, Job } from '../app/types';
import type { InboxItem } from './inbox-item';

/** An older plan says too little of who would get something now. */
const FRESH_MS = 24 * 60 * 60 * 1_000;

/** The newest run of notifications, while it is a plan that would send something. Any later run takes its place. */
export async function readPlans(signal?: AbortSignal): Promise<InboxItem[]> {
  if (!isAdmin()) return [];
  const given = signal === undefined ? {} : { signal };
  const { items } = await call('listJobs', { query: { kind: 'deadline-run', limit: 1 }, ...given });
  const [job] = items;
  if (job === undefined || !isFreshPlan(job)) return [];
  const { email_sent: mails, push_sent: pushes } = await resultOf(job.jobId);
  return mails + pushes === 0 ? [] : [itemOf(job, t().inbox.plan(mails, pushes))];
}

function isFreshPlan({ status, input, finishedAt }: Job): boolean {
  const endedMs = finishedAt === null ? 0 : Date.parse(finishedAt);
  return status === 'success' && input['dry_run'] === true && Date.now() - endedMs < FRESH_MS;
}

function resultOf(id: string): Promise<DeadlineRunResult> {
  return queries.fetchQuery({
    queryKey: ['plan', id],
    queryFn: async () => {
      const answer = await send('getJobResult', { params: { id } });
      return (await answer.json()) as DeadlineRunResult;
    },
    staleTime: Infinity,
  });
}

function itemOf({ jobId, title, createdAt }: Job, note: string): InboxItem {
  return {
    id: jobId,
    kind: 'plan',
    runId: jobId,
    title,
    note,
    since: createdAt,
    deadlineAt: null,
    reservedBy: null,
    gate: null,
    question: null,
  };
}
