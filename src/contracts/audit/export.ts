import { z } from 'zod';
import { auditFilterShape, type AuditFilters } from './log.js';
import type { JobInput } from '../runs/job-workflow.js';
import type { RunResult } from '../runs/run.js';
import { timesInOrder } from '../times-in-order.js';

export const auditExportFormats = ['ndjson', 'csv'] as const;
export type AuditExportFormat = (typeof auditExportFormats)[number];

export const auditExportBody = z
  .strictObject({
    format: z.enum(auditExportFormats).default('ndjson'),
    ...auditFilterShape,
    includeDeleted: z.boolean().default(false),
  })
  .superRefine(timesInOrder('from', 'to'))
  .meta({
    id: 'AuditExport',
    description: 'Entries that the filters leave out stand in the file as hashes.',
  });
export type AuditExport = z.output<typeof auditExportBody>;

export interface ExportAuditLogInput extends JobInput {
  readonly format: AuditExportFormat;
  readonly filters: AuditFilters;
}

export interface AuditExportActivities {
  writeAuditExport(input: ExportAuditLogInput): Promise<RunResult>;
}
