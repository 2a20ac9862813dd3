import { newRunOf } from '../../contracts/runs/run-identity.js';
import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal, Role } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import type { GenerateReport, GenerateReportInput, ReportSubject } from '../../contracts/reports/report.js';
import { querySections, sectionsOf } from '../../domain/reports/sections.js';
import { findRun, insertRun, type NewRun } from '../../db/runs/runs.js';
import type { Tx } from '../../db/base/transaction.js';

/** Stored as the reason of a scheduled report that was left out. */
const FORBIDDEN = 'You may not do this';

export interface ReportOrder {
  readonly body: GenerateReport;
  /** With the role that they have now: it decides what the report may see. */
  readonly owner: { readonly userId: string; readonly role: Role };
  readonly tags?: readonly string[];
}

export interface ReportRequest {
  readonly body: GenerateReport;
  readonly principal: Principal;
  readonly origin: Origin;
}

/** A report that a person asks for. The caller starts it after the commit. */
export async function requestReport(tx: Tx, { body, principal, origin }: ReportRequest): Promise<NewRun> {
  const run = await insertReport(tx, { body, owner: principal });
  await recordAudit(tx, {
    actor: principal,
    origin,
    resourceType: 'job',
    resourceId: run.id,
    action: 'created',
    after: { kind: run.kind, title: run.title, ...body },
  });
  return run;
}

/**
 * The row of a new report. The caller starts it after the commit, or leaves that to the sweeper. Refused with a
 * `Refusal` when the owner may not have it: `forbidden`, or `not_found` for a session.
 */
export async function insertReport(tx: Tx, order: ReportOrder): Promise<NewRun> {
  const title = await titleOf(tx, order);
  const run = reportRun(order, title);
  await insertRun(tx, run);
  return run;
}

/** The same refusals now, for a report that is made later. */
export async function checkReport(tx: Tx, order: ReportOrder): Promise<void> {
  await titleOf(tx, order);
}

/** Looks up what the report is about, so that nobody gets a report of what they may not see. */
async function titleOf(tx: Tx, { body, owner }: ReportOrder): Promise<string> {
  switch (body.type) {
    case 'activity':
      return body.title ?? `Activity of the last ${body.params.hours} hours`;
    case 'cot-session': {
      const session = await findRun(tx, { viewer: owner, id: body.sessionId, kinds: ['cot-session'] });
      if (session === undefined) throw new Refusal('not_found', { detail: 'session not found' });
      return body.title ?? session.title;
    }
    case 'sql':
      return (
        body.title ??
        body.queries
          .map(({ title }) => title)
          .join(', ')
          .slice(0, 200)
      );
    case 'audit':
      if (owner.role !== 'ADMIN') throw new Refusal('forbidden', { detail: FORBIDDEN });
      return body.title ?? 'Audit report';
  }
}

function subjectOf(body: GenerateReport): ReportSubject {
  switch (body.type) {
    case 'activity':
      return { type: 'activity', hours: body.params.hours };
    case 'cot-session':
      return { type: 'cot-session', sessionId: body.sessionId };
    case 'sql':
      return { type: 'sql', queries: body.queries };
    case 'audit':
      return { type: 'audit', filters: body.params };
  }
}

function reportRun({ body, owner, tags = [] }: ReportOrder, title: string): NewRun {
  const identity = newRunOf('report');
  const { id } = identity;
  const input: GenerateReportInput = {
    runId: id,
    title,
    format: body.format,
    subject: subjectOf(body),
    // Rights are decided at the request: a role lost later takes nothing from an allowed report.
    viewer: { userId: owner.userId, role: owner.role },
    sections: body.type === 'sql' ? querySections(body.queries.length) : sectionsOf(body.type, body.format),
    reuse: null,
  };
  return {
    ...identity,
    ownerId: owner.userId,
    title,
    input: body,
    workflowInput: { ...input },
    tags,
  };
}
