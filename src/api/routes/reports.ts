import { newId } from '../../contracts/ids.js';
import { runKinds, taskQueues, workflowIdOf } from '../../contracts/names.js';
import type { Principal } from '../../contracts/principal.js';
import {
  generateReportBody,
  reportAcceptedSchema,
  type GenerateReport,
  type GenerateReportInput,
} from '../../contracts/report.js';
import { recordAudit } from '../../db/audit-log.js';
import { insertRun, type NewRun } from '../../db/runs.js';
import { acceptedJob } from '../accepted-job.js';
import { writeRoute, type AnyRoute } from '../route.js';
import type { RunStarter } from '../start-run.js';

export function createReportRoutes({ starter }: { readonly starter: RunStarter }): AnyRoute[] {
  return [
    writeRoute({
      method: 'POST',
      path: '/generate-report',
      operationId: 'generateReport',
      summary: "Make a report; without a body an HTML report of the system's own activity",
      tag: 'Reports',
      access: 'user',
      body: generateReportBody,
      bodyOptional: true,
      responses: {
        202: {
          description: 'Accepted: it will run, whatever is down right now',
          body: reportAcceptedSchema,
          headers: { Location: 'The job.', 'Retry-After': 'Seconds until it is worth asking.' },
        },
      },
      async handle({ body, principal, origin }, tx) {
        const run = reportRun(body, principal);
        await insertRun(tx, run);
        await recordAudit(tx, {
          ...{ actor: principal, origin, resourceType: 'job', resourceId: run.id },
          action: 'created',
          after: { kind: run.kind, title: run.title, ...body },
        });
        starter.startAfterCommit(tx, run);
        return acceptedJob(run.id);
      },
    }),
  ];
}

function reportRun(body: GenerateReport, owner: Principal): NewRun {
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
  };
}
