import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes } from '../contracts/errors.js';
import type { RenderReportInput, ReportActivities } from '../contracts/report.js';
import type { gatherActivity } from '../db/activity-facts.js';
import type { RunProjection } from '../contracts/run.js';
import { findBlob, storeBlob } from '../db/blobs.js';
import { withTransaction } from '../db/transaction.js';
import type { ActivityFacts } from '../domain/activity-report.js';
import { contentTypes, reportFilename } from '../domain/report-format.js';
import { renderActivityReport } from '../domain/report-render.js';
import type { ObjectStore } from '../platform/object-store.js';
import { checkpointedStep } from './checkpointed-step.js';
import { storeResult } from './store-result.js';

export interface ReportDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  /** Where the facts of a report come from. */
  readonly gather: typeof gatherActivity;
}

export function createReportActivities(deps: ReportDeps): ReportActivities {
  const { pool, gather } = deps;
  return {
    gatherReport: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'gather',
        produce: () =>
          withTransaction(pool, async (tx) => {
            await tx.query('set transaction isolation level repeatable read, read only');
            return gather(tx, input);
          }),
        store: async (tx, facts) =>
          storeBlob(tx, input.runId, { content: JSON.stringify(facts), contentType: contentTypes.json }),
        tell: () => told(50, 'render'),
      }),

    renderReport: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'render',
        produce: async () =>
          storeResult(deps, {
            runId: input.runId,
            content: renderActivityReport(await factsOf(pool, input), input.format),
            contentType: contentTypes[input.format],
            filename: reportFilename(input.title, input.format),
            signal: Context.current().cancellationSignal,
          }),
        store: (_tx, result) => Promise.resolve(result),
        tell: () => told(90, 'publish'),
      }),
  };
}

async function factsOf(pool: Pool, input: RenderReportInput): Promise<ActivityFacts> {
  const blob = await findBlob(pool, input.facts.sha256);
  if (blob === undefined) {
    throw ApplicationFailure.nonRetryable("the report's facts are no longer kept", failureTypes.recordGone);
  }
  return JSON.parse(blob.content.toString('utf8')) as ActivityFacts;
}

function told(percent: number, phase: string): Pick<RunProjection, 'progress' | 'events'> {
  const progress = { percent, phase };
  return { progress, events: [{ type: 'job.progress', data: progress }] };
}
