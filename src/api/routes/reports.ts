import { generateReportBody, reportAcceptedSchema } from '../../contracts/report.js';
import { recordAudit } from '../../db/audit-log.js';
import { insertReport } from '../../db/insert-report.js';
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
        const run = await insertReport(tx, { body, owner: principal });
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
