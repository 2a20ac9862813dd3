import { z } from 'zod';
import type { ContentRef } from '../../domain/runs/content-ref.js';
import { reportFormats, type ReportFormat } from '../../domain/reports/format.js';
import { auditFilterShape } from '../audit/log.js';
import { idSchema } from '../ids.js';
import type { JobInput } from '../runs/job-workflow.js';
import type { Role } from '../users/principal.js';
import type { RunError, RunResult } from '../runs/run.js';
import { timesInOrder } from '../times-in-order.js';
import { reportQueriesSchema, type ReportQuery } from './report-query.js';

export const MAX_REPORT_HOURS = 90 * 24;

const everyReport = {
  title: z.string().trim().min(1).max(200).optional(),
  format: z.enum(reportFormats).default('html').meta({
    description:
      'csv holds the rows of one table: runs, steps of the session, rows of one query, or entries.',
  }),
};

const activityBody = z
  .strictObject({
    type: z.literal('activity').default('activity'),
    ...everyReport,
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
  .meta({ description: 'What ran, how long it took, what it cost, who was waited for, and what failed.' });

const sessionBody = z
  .strictObject({
    type: z.literal('cot-session'),
    sessionId: idSchema('session'),
    ...everyReport,
    params: z.strictObject({}).prefault({}),
  })
  .meta({ description: 'One session as a document, as it is at one moment.' });

const { resourceType, resourceId, action, actorId, from, to } = auditFilterShape;
const auditBody = z
  .strictObject({
    type: z.literal('audit'),
    ...everyReport,
    params: z
      .strictObject({
        from: from.meta({ description: 'Entries at this moment or later; seven days back when absent.' }),
        to,
        resourceType,
        resourceId,
        action,
        actorId,
        includeDeleted: z.boolean().default(false),
      })
      .superRefine(timesInOrder('from', 'to'))
      .prefault({}),
  })
  .meta({ description: 'What was done by whom, whether the log is whole, and its entries. For ADMIN.' });

const sqlBody = z
  .strictObject({
    type: z.literal('sql'),
    ...everyReport,
    queries: reportQueriesSchema,
    params: z.strictObject({}).prefault({}),
  })
  .refine(({ format, queries }) => format !== 'csv' || queries.length === 1, {
    path: ['queries'],
    error: 'csv holds one table: ask for one query',
  })
  .meta({ description: 'Statements of your own: each a section with its rows and its chart.' });

export const generateReportBody = z
  .discriminatedUnion('type', [activityBody, sessionBody, sqlBody, auditBody], {
    error: (issue) =>
      issue.code === 'invalid_union' ? 'must be "activity", "cot-session", "sql" or "audit"' : undefined,
  })
  .meta({ id: 'GenerateReport' });
export type GenerateReport = z.output<typeof generateReportBody>;

export const reportAcceptedSchema = z
  .object({ jobId: z.string(), statusUrl: z.string() })
  .meta({ id: 'JobAccepted' });

export const redoSectionsBody = z
  .strictObject({
    sections: z
      .array(z.string().min(1).max(50))
      .min(1)
      .max(20)
      .optional()
      .meta({ description: 'Names of missing sections; all of them when absent.' }),
  })
  .meta({ id: 'RedoSections' });

/** The subject of a report. Decided when it is asked for, and the same for each of its sections. */
export type ReportSubject =
  | { readonly type: 'activity'; readonly hours: number }
  | { readonly type: 'cot-session'; readonly sessionId: string }
  | { readonly type: 'sql'; readonly queries: readonly ReportQuery[] }
  | { readonly type: 'audit'; readonly filters: AuditReportFilters };

export type AuditReportFilters = z.output<typeof auditBody>['params'];

/**
 * The common part of all sections of a report, fixed once: one time span, and one snapshot of a session. A section
 * that is gathered later, or anew, speaks of the same moment as the others.
 */
export interface ReportBasis {
  readonly from: string;
  readonly to: string;
  /** Of a session: everything that its sections are made of. */
  readonly snapshot: ContentRef | null;
}

export interface GenerateReportInput extends JobInput {
  readonly title: string;
  readonly format: ReportFormat;
  readonly subject: ReportSubject;
  /** The viewer: an ADMIN sees everything. */
  readonly viewer: { readonly userId: string; readonly role: Role };
  /** In the order of the report. Given, not looked up: a later version may have others, and this run keeps its own. */
  readonly sections: readonly string[];
  /** Of a report that is redone: what it takes over. */
  readonly reuse: ReportReuse | null;
}

export interface ReportReuse {
  readonly basis: ReportBasis;
  /** By name. A missing section that is not asked for stays missing. */
  readonly parts: Readonly<Record<string, SectionPart>>;
}

export interface GatherSectionInput extends JobInput {
  readonly subject: ReportSubject;
  readonly viewer: GenerateReportInput['viewer'];
  readonly basis: ReportBasis;
  readonly section: string;
  /** How many sections this run gathers, for its progress. */
  readonly outOf: number;
}

export interface GatherQueryInput extends Omit<GatherSectionInput, 'subject'> {
  readonly query: ReportQuery;
}

/** A section as it came out: its content, or why there is none. */
export type SectionPart =
  | { readonly name: string; readonly content: ContentRef }
  | { readonly name: string; readonly error: RunError };

export interface RenderReportInput extends JobInput {
  readonly title: string;
  readonly format: ReportFormat;
  readonly subject: ReportSubject;
  readonly viewer: GenerateReportInput['viewer'];
  readonly basis: ReportBasis;
  readonly parts: readonly SectionPart[];
}

export interface ReportActivities {
  openReport(input: GenerateReportInput): Promise<ReportBasis>;
  gatherSection(input: GatherSectionInput): Promise<ContentRef>;
  /** The same for a section that is a statement: it may wait for a place, and run for long. */
  gatherQuery(input: GatherQueryInput): Promise<ContentRef>;
  renderReport(input: RenderReportInput): Promise<RunResult>;
}
