import { reportRoutes } from '../../contracts/reports/routes.js';
import { redoReport } from '../../operations/reports/redo-report.js';
import { requestReport } from '../../operations/reports/request-report.js';
import type { RunStarter } from '../../operations/runs/run-starter.js';
import { implement, type Route } from '../http/route.js';
import { acceptedJob } from '../runs/accepted-job.js';

export interface ReportRouteDeps {
  readonly starter: RunStarter;
}

export function createReportRoutes({ starter }: ReportRouteDeps): Route[] {
  return [
    implement(reportRoutes.generateReport, async (call, tx) => {
      const run = await requestReport(tx, call);
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    }),
    implement(reportRoutes.redoReportSections, async ({ params: { id }, ...call }, tx) => {
      const run = await redoReport(tx, { ...call, id });
      starter.startAfterCommit(tx, run);
      return acceptedJob(run.id);
    }),
  ];
}
