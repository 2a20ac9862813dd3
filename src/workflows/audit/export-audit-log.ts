import { setCurrentDetails } from '@temporalio/workflow';
import type { ExportAuditLogInput } from '../../contracts/audit/export.js';
import type { RunOutcome } from '../../contracts/runs/run.js';
import { runJob } from '../runs/job-run.js';
import { auditExportSteps } from './proxies.js';

/** The audit log, or a part of it, as a file that can be verified without this system. */
export async function exportAuditLog(input: ExportAuditLogInput): Promise<RunOutcome> {
  return runJob(input.runId, async () => {
    setCurrentDetails('**Writing** the entries with their chain');
    return auditExportSteps.writeAuditExport.executeWithOptions({ summary: input.format }, [input]);
  });
}
