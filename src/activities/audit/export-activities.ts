import { Context } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { AuditKeys } from '../../crypto/audit-chain.js';
import { auditCsvHead, writeAuditCsv } from '../../crypto/audit-csv.js';
import type {
  AuditExportActivities,
  AuditExportFormat,
  ExportAuditLogInput,
} from '../../contracts/audit/export.js';
import type { AuditRecord } from '../../crypto/audit-file.js';
import { auditExportRecords } from '../../db/audit/export.js';
import { sealAuditLog } from '../../db/audit/seal.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { checkpointedStep } from '../sessions/checkpointed-step.js';
import { storeResult } from '../reports/store-result.js';

export interface AuditExportDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly auditKeys: AuditKeys;
}

const contentTypes: Readonly<Record<AuditExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

export function createAuditExportActivities(deps: AuditExportDeps): AuditExportActivities {
  const { pool } = deps;
  const { signer } = deps.auditKeys;
  return {
    writeAuditExport: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'export',
        produce: async () => {
          await sealAuditLog(pool, { signer, whenBusy: 'wait' });
          return storeResult(deps, {
            runId: input.runId,
            content: linesOf(auditExportRecords(pool, input.filters, signer), input),
            contentType: contentTypes[input.format],
            filename: `audit-log.${input.format}`,
            signal: Context.current().cancellationSignal,
          });
        },
        store: (_tx, result) => Promise.resolve(result),
      }),
  };
}

async function* linesOf(
  records: AsyncIterable<AuditRecord>,
  { format }: ExportAuditLogInput,
): AsyncGenerator<string> {
  if (format === 'csv') yield auditCsvHead;
  const write = format === 'csv' ? writeAuditCsv : (record: AuditRecord) => `${JSON.stringify(record)}\n`;
  for await (const record of records) yield write(record);
}
