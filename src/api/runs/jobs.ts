import type { Context } from 'koa';
import type { Pool } from 'pg';
import { jobKindsOf, type RunKinds } from '../../contracts/run-kinds.js';
import { Problem } from '../http/problems.js';
import { isKept } from '../../db/reports/objects.js';
import { listStepErrors } from '../../db/runs/checkpoints.js';
import { findRun, listRuns, type RunRow } from '../../db/runs/runs.js';
import {
  jobStatuses,
  isFinal,
  jobStateOf,
  jobStates,
  statusesOfJobState,
  type JobState,
  type RunStatus,
  type JobStatus,
} from '../../domain/runs/status.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { eventSubjectOf, type ReadableRuns } from '../events/event-subject.js';
import { jobView, stateOfJobStatus } from './job-view.js';
import { pageReply, type Pager } from '../http/pagination.js';
import { implement, reply, type Route } from '../http/route.js';
import { runRoutes } from '../../contracts/runs/routes.js';
import { serveContent } from '../reports/serve-content.js';
import { cancelJob, type CancelJobDeps } from '../../operations/runs/cancel-job.js';
import type { TemporalUi } from '../http/temporal-link.js';

export interface JobRouteDeps extends CancelJobDeps {
  readonly pool: Pool;
  readonly pager: Pager;
  readonly objects: ObjectStore;
  readonly resultInlineMaxBytes: number;
  readonly ui: TemporalUi;
}

const retryAfter = { 'Retry-After': '3' };
const LINK_SECONDS = 15 * 60;

export function createJobRoutes(deps: JobRouteDeps): Route[] {
  return [listRoute(deps), getRoute(deps), resultRoute(deps), cancelRoute(deps)];
}

/** The jobs as the readers of their events need them. */
export function readableJobs(ui: TemporalUi, kinds?: RunKinds): ReadableRuns {
  return {
    find: async (db, principal, id) => {
      const run = await findRun(db, { viewer: principal, id, kinds: jobKindsOf(kinds) });
      return run && eventSubjectOf(run, { ...jobView(run, ui) });
    },
  };
}

function listRoute({ pager, ui, kinds: all }: JobRouteDeps): Route {
  return implement(runRoutes.listJobs, async ({ path, query, principal }, db) => {
    const { kind, status, scheduleId, createdFrom, createdTo } = query;
    const viewer = principal.role === 'ADMIN' ? 'everybody' : principal.userId;
    const scope = { list: 'jobs', filters: { kind, status, scheduleId, createdFrom, createdTo, viewer } };
    const request = pager.request(scope, query);
    const kinds = kind === undefined ? jobKindsOf(all) : [kind];
    const statuses = status === undefined ? undefined : statusesOf(status);
    const filters = { kinds, statuses, scheduleId, createdFrom, createdTo };
    const rows = await listRuns(db, { viewer: principal, filters, page: request });
    const page = pager.page(scope, request, { rows, keyOf: (run) => ({ at: run.createdAt, id: run.id }) });
    return pageReply(path, query, { ...page, items: page.items.map((run) => jobView(run, ui)) });
  });
}

function statusesOf(asked: JobStatus | JobState | RunStatus): RunStatus[] {
  // `running`, `failed` and `canceled` are words of both vocabularies: those of a job, which this list speaks.
  if ((jobStatuses as readonly string[]).includes(asked)) {
    return stateOfJobStatus(asked as JobStatus).flatMap(statusesOfJobState);
  }
  const isState = (jobStates as readonly string[]).includes(asked);
  return isState ? statusesOfJobState(asked as JobState) : [asked as RunStatus];
}

function getRoute({ ui, kinds }: JobRouteDeps): Route {
  return implement(runRoutes.getJob, async ({ params: { id }, principal }, db) => {
    const run = await findRun(db, { viewer: principal, id, kinds: jobKindsOf(kinds) });
    if (run === undefined) throw new Problem('not_found');
    const job = jobView(run, ui);
    if (!isFinal(run.status)) return reply(202, job, retryAfter);
    if (job.state !== 'FAILED' || principal.role !== 'ADMIN') return reply(200, job);
    // The exact error may hold SQL, a path or a secret: only administrators read it.
    return reply(200, { ...job, errorDetails: await listStepErrors(db, id) });
  });
}

function resultRoute(deps: JobRouteDeps): Route {
  return implement(runRoutes.getJobResult, async ({ params: { id }, principal }, ctx) => {
    if (principal === undefined) throw new Problem('unauthenticated');
    const run = await findRun(deps.pool, { viewer: principal, id, kinds: jobKindsOf(deps.kinds) });
    if (run === undefined) throw new Problem('not_found');
    await answerResult(deps, run, ctx);
  });
}

async function answerResult(deps: JobRouteDeps, run: RunRow, ctx: Context): Promise<void> {
  const state = jobStateOf(run.status);
  if (state === 'FAILED') throw new Problem('job_failed', { extra: { errorCode: run.error?.code ?? null } });
  if (state === 'CANCELED') throw new Problem('job_canceled');
  if (state !== 'SUCCESS') {
    throw new Problem('job_not_finished', { detail: 'job not finished', headers: retryAfter });
  }
  const { result } = run;
  if (result === null || !(await isKept(deps.pool, result.key))) throw new Problem('gone');
  if (result.bytes <= deps.resultInlineMaxBytes) {
    return serveContent(ctx, deps.objects, { result, disposition: 'inline' });
  }
  const { filename, contentType } = result;
  const link = await deps.objects.signGet(result.key, {
    filename,
    contentType,
    ttlSeconds: LINK_SECONDS,
    disposition: 'attachment',
  });
  ctx.status = 303;
  ctx.set({ Location: link, 'Cache-Control': 'no-store' });
}

function cancelRoute(deps: JobRouteDeps): Route {
  return implement(runRoutes.cancelJob, async ({ params: { id }, principal, origin }, tx) => {
    const job = jobView(await cancelJob(deps, tx, { id, principal, origin }), deps.ui);
    return reply(202, job, { Location: job.links.self, ...retryAfter });
  });
}
