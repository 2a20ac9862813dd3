import type { AuditExport, ExportAuditLogInput } from '../../contracts/audit/export.js';
import { newRunOf } from '../../contracts/runs/run-identity.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { Tx } from '../../db/base/transaction.js';
import { insertRun, type NewRun } from '../../db/runs/runs.js';
import type { RunStarter } from '../runs/run-starter.js';

export interface ExportAsked {
  readonly body: AuditExport;
  readonly principal: Principal;
  readonly origin: Origin;
}

export async function exportLog(
  tx: Tx,
  starter: RunStarter,
  { body, principal, origin }: ExportAsked,
): Promise<NewRun> {
  const run = exportRun(body, principal);
  await insertRun(tx, run);
  await recordAudit(tx, {
    actor: principal,
    origin,
    resourceType: 'audit_log',
    resourceId: run.id,
    action: 'exported',
    after: body,
  });
  starter.startAfterCommit(tx, run);
  return run;
}

function exportRun({ format, ...filters }: AuditExport, owner: Principal): NewRun {
  const identity = newRunOf('audit-export');
  const input: ExportAuditLogInput = { runId: identity.id, format, filters };
  return {
    ...identity,
    ownerId: owner.userId,
    title: `Audit log as ${format}`,
    input: { format, ...filters },
    workflowInput: { ...input },
  };
}
