import { ApplicationFailure, heartbeat } from '@temporalio/activity';
import type { Pool } from 'pg';
import type { AuditSigner } from '../contracts/audit-chain.js';
import { auditCsvHead, writeAuditCsv } from '../contracts/audit-csv.js';
import type {
  AuditExportActivities,
  AuditExportFormat,
  ExportAuditLogInput,
} from '../contracts/audit-export.js';
import type { AuditRecord } from '../contracts/audit-file.js';
import { failureTypes } from '../contracts/errors.js';
import { auditExportRecords } from '../db/audit-export.js';
import { sealAuditLog } from '../db/audit-seal.js';
import { storeBlob } from '../db/blobs.js';
import { withTransaction } from '../db/transaction.js';
import { checkpointedStep } from './checkpointed-step.js';

export interface AuditExportDeps {
  readonly pool: Pool;
  readonly auditSigner: AuditSigner;
}

/** Content is stored as one value, so this much of a file is in memory at once; a longer one is asked for by months. */
const MAX_BYTES = 64 * 1024 * 1024;
const PIECE = 256 * 1024;

const contentTypes: Readonly<Record<AuditExportFormat, string>> = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

export function createAuditExportActivities({ pool, auditSigner }: AuditExportDeps): AuditExportActivities {
  return {
    writeAuditExport: (input) =>
      checkpointedStep(pool, {
        runId: input.runId,
        stepKey: 'export',
        produce: async () => {
          await sealAuditLog(pool, { signer: auditSigner, whenBusy: 'wait' });
          return withTransaction(pool, async (tx) => {
            await tx.query('set transaction isolation level repeatable read, read only');
            return collect(auditExportRecords(tx, input.filters, auditSigner), input);
          });
        },
        store: async (tx, content) => {
          const contentType = contentTypes[input.format];
          const { sha256, bytes } = await storeBlob(tx, input.runId, { content, contentType });
          return { sha256, bytes, contentType, filename: `audit-log.${input.format}` };
        },
      }),
  };
}

async function collect(
  records: AsyncIterable<AuditRecord>,
  { format }: ExportAuditLogInput,
): Promise<Buffer> {
  const write = format === 'csv' ? writeAuditCsv : (record: AuditRecord) => `${JSON.stringify(record)}\n`;
  const pieces: Buffer[] = [];
  let bytes = 0;
  let text = format === 'csv' ? auditCsvHead : '';
  const flush = (): void => {
    const piece = Buffer.from(text, 'utf8');
    bytes += piece.length;
    if (bytes > MAX_BYTES) throw tooLarge();
    pieces.push(piece);
    text = '';
    heartbeat({ bytes });
  };
  for await (const record of records) {
    text += write(record);
    if (text.length >= PIECE) flush();
  }
  flush();
  return Buffer.concat(pieces, bytes);
}

function tooLarge(): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    'The export is larger than 64 MiB: narrow it with from and to, and make several.',
    failureTypes.payloadTooLarge,
  );
}
