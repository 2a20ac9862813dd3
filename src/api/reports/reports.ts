import { recordAudit } from '../../db/audit/log.js';
import { insertReport } from '../../db/reports/insert.js';
import { redoReport } from '../../db/reports/redo.js';
import { acceptedJob } from '../runs/accepted-job.js';
import { implement, type Route } from '../http/route.js';
import { reportRoutes } from '../../contracts/reports/routes.js';
import type { RunStarter } from '../runs/start.js';

export interface ReportRouteDeps {
  readonly starter: RunStarter;
}

export function createReportRoutes(deps: ReportRouteDeps): Route[] {
  return [generateRoute(deps), redoRoute(deps)];
}

function generateRoute({ starter }: ReportRouteDeps): Route {
  return implement(reportRoutes.generateReport, async ({ body, principal, origin }, tx) => {
    const run = await insertReport(tx, { body, owner: principal });
    await recordAudit(tx, {
      actor: principal,
      origin,
      resourceType: 'job',
      resourceId: run.id,
      action: 'created',
      after: { kind: run.kind, title: run.title, ...body },
    });
    starter.startAfterCommit(tx, run);
    return acceptedJob(run.id);
  });
}

function redoRoute({ starter }: ReportRouteDeps): Route {
  return implement(
    reportRoutes.redoReportSections,
    async ({ params: { id }, body, principal, origin }, tx) => {
      const run = await redoReport(tx, { id, viewer: principal, sections: body.sections });
      await recordAudit(tx, {
        actor: principal,
        origin,
        resourceType: 'job',
        resourceId: run.id,
        action: 'sections_redone',
        after: { originJobId: id, ...body },
      });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    },
  );
}
