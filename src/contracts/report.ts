import { z } from 'zod';
import type { ContentRef } from '../domain/content-ref.js';
import { reportFormats } from '../domain/report-format.js';
import type { JobInput } from './job-workflow.js';
import type { RunResult } from './run.js';

export const MAX_REPORT_HOURS = 90 * 24;

export const generateReportBody = z
  .strictObject({
    type: z
      .enum(['activity'])
      .default('activity')
      .meta({ description: 'activity: what ran, how long it took, and what failed.' }),
    title: z.string().trim().min(1).max(200).optional(),
    format: z.enum(reportFormats).default('html'),
    params: z
      .strictObject({
        hours: z
          .number()
          .int()
          .min(1)
          .max(MAX_REPORT_HOURS)
          .default(24)
          .meta({ description: 'How far the report looks back.' }),
      })
      .prefault({}),
  })
  .meta({ id: 'GenerateReport' });
export type GenerateReport = z.output<typeof generateReportBody>;

export const reportAcceptedSchema = z
  .object({ jobId: z.string(), statusUrl: z.string() })
  .meta({ id: 'JobAccepted' });

export interface GenerateReportInput extends JobInput {
  readonly type: 'activity';
  readonly title: string;
  readonly format: (typeof reportFormats)[number];
  readonly hours: number;
  /** Whose runs: null is everybody's. */
  readonly ownerId: string | null;
}

export interface RenderReportInput extends GenerateReportInput {
  readonly facts: ContentRef;
}

export interface ReportActivities {
  gatherReport(input: GenerateReportInput): Promise<ContentRef>;
  renderReport(input: RenderReportInput): Promise<RunResult>;
}
