import type { Job } from '../../contracts/runs/job.js';
import { scheduleOf } from '../../contracts/reports/schedule.js';
import type { RunRow } from '../../db/runs/runs.js';
import { hasGaps } from '../../domain/reports/sections.js';
import { isFinal, jobStateOf, type JobState, type JobStatus } from '../../domain/runs/status.js';
import { temporalLink, type TemporalUi } from '../http/temporal-link.js';
import { visibleText } from '../../domain/visible-text.js';

const statusOfState: Readonly<Record<JobState, JobStatus>> = {
  PENDING: 'running',
  PROCESSING: 'running',
  SUCCESS: 'success',
  FAILED: 'failed',
  CANCELED: 'canceled',
};

export function stateOfJobStatus(status: JobStatus): JobState[] {
  return (Object.keys(statusOfState) as JobState[]).filter((state) => statusOfState[state] === status);
}

/** A run, as the job's owner sees it. */
export function jobView(run: RunRow, ui: TemporalUi): Job {
  const state = jobStateOf(run.status);
  const scheduleId = scheduleOf(run.tags);
  return {
    jobId: run.id,
    kind: run.kind,
    title: visibleText(run.title),
    status: statusOfState[state],
    state,
    progress: { percent: 0, ...run.progress },
    ...endOf(run, state),
    cancelRequested: run.cancelRequestedAt !== null,
    ...(run.originRunId === null
      ? {}
      : { origin: { jobId: run.originRunId, relation: run.originRelation ?? 'replay' } }),
    ...(scheduleId === undefined ? {} : { scheduleId }),
    input: run.input,
    links: {
      self: `/jobs/${run.id}`,
      events: `/jobs/${run.id}/events`,
      temporal: temporalLink(ui, run.workflowId),
    },
    createdAt: run.createdAt,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    updatedAt: run.updatedAt,
  };
}

function endOf(run: RunRow, state: JobState): Partial<Job> {
  if (!isFinal(run.status)) return run.error === null ? {} : { attention: run.error.message };
  if (state === 'FAILED') {
    return { error: run.error?.message ?? 'unknown error', errorCode: run.error?.code ?? 'unknown_error' };
  }
  if (state !== 'SUCCESS' || run.result === null) return {};
  const { contentType, bytes, sha256, sections } = run.result;
  return {
    downloadUrl: `/jobs/${run.id}/result`,
    result: { contentType, bytes, sha256 },
    ...(sections === undefined
      ? {}
      : { completedWithGaps: hasGaps(sections), sections: sections.map((section) => ({ ...section })) }),
  };
}
