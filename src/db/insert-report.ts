import { newId } from '../contracts/ids.js';
import { runKinds, taskQueues, workflowIdOf } from '../contracts/names.js';
import type { Role } from '../contracts/principal.js';
import type { GenerateReport, GenerateReportInput } from '../contracts/report.js';
import { insertRun, type NewRun } from './runs.js';
import type { Tx } from './transaction.js';

export interface ReportOrder {
  readonly body: GenerateReport;
  /** With the role that they have now: it decides what the report may see. */
  readonly owner: { readonly userId: string; readonly role: Role };
  readonly tags?: readonly string[];
}

/** The row of a new report. Whoever inserts it starts it after the commit, or leaves that to the sweeper. */
export async function insertReport(tx: Tx, order: ReportOrder): Promise<NewRun> {
  const run = reportRun(order);
  await insertRun(tx, run);
  return run;
}

function reportRun({ body, owner, tags = [] }: ReportOrder): NewRun {
  const id = newId('job');
  const { type, format, params } = body;
  const title = body.title ?? `Activity of the last ${params.hours} hours`;
  const input: GenerateReportInput = {
    runId: id,
    type,
    title,
    format,
    hours: params.hours,
    // Decided when it is asked for: a role that is lost later takes nothing away from a report that was allowed.
    ownerId: owner.role === 'ADMIN' ? null : owner.userId,
  };
  return {
    id,
    kind: 'report',
    ownerId: owner.userId,
    title,
    input: body,
    workflowInput: { ...input },
    workflowId: workflowIdOf('report', id),
    workflowType: runKinds.report.workflowType,
    taskQueue: taskQueues.flow,
    tags,
  };
}
