import { z } from 'zod';
import { jobIdSchema } from '../../contracts/runs/job.js';
import {
  generateReportBody,
  redoSectionsBody,
  reportAcceptedSchema,
} from '../../contracts/reports/report.js';
import { recordAudit } from '../../db/audit/log.js';
import { insertReport } from '../../db/reports/insert.js';
import { redoReport } from '../../db/reports/redo.js';
import { acceptedJob } from '../runs/accepted-job.js';
import { acceptedHeaders, writeRoute, type AnyRoute } from '../http/route.js';
import type { RunStarter } from '../runs/start.js';

export interface ReportRouteDeps {
  readonly starter: RunStarter;
}

export function createReportRoutes(deps: ReportRouteDeps): AnyRoute[] {
  return [generateRoute(deps), redoRoute(deps)];
}

const headers = acceptedHeaders('The job.');

function generateRoute({ starter }: ReportRouteDeps): AnyRoute {
  return writeRoute({
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
        ...{ body: reportAcceptedSchema, headers },
      },
    },
    problems: ['not_found'],
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
  });
}

function redoRoute({ starter }: ReportRouteDeps): AnyRoute {
  return writeRoute({
    method: 'POST',
    path: '/jobs/:id/redo-sections',
    operationId: 'redoReportSections',
    summary:
      'Gather the missing sections of a finished report again, as a new job; the others are taken over',
    tag: 'Reports',
    access: 'user',
    params: z.object({ id: jobIdSchema }),
    body: redoSectionsBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'A new job that names its origin; the report stays as it is',
        ...{ body: reportAcceptedSchema, headers },
      },
    },
    problems: ['conflict', 'gone'],
    async handle({ params: { id }, body, principal, origin }, tx) {
      const run = await redoReport(tx, { id, viewer: principal, sections: body.sections });
      await recordAudit(tx, {
        ...{ actor: principal, origin, resourceType: 'job', resourceId: run.id },
        action: 'sections_redone',
        after: { originJobId: id, ...body },
      });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  });
}
