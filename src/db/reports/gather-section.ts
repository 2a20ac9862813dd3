import type { Pool } from 'pg';
import type { AuditKeys } from '../../crypto/audit-chain.js';
import type { AuditReportFilters, GatherSectionInput, ReportBasis } from '../../contracts/reports/report.js';
import type { AuditData } from '../../domain/reports/audit.js';
import type { SessionData, SessionSnapshot } from '../../domain/sessions/report.js';
import { sealAuditLog } from '../audit/seal.js';
import { verifyAuditLog } from '../audit/verify.js';
import { findBlob } from '../runs/blobs.js';
import { activityGatherers } from './activity.js';
import { countAuditEntries, filtersWithin, gatherAuditSummary } from './audit.js';
import { inSnapshot } from '../base/transaction.js';

export interface ReportSources {
  readonly pool: Pool;
  readonly auditKeys: AuditKeys;
}

/** The data of a section. Undefined: what it is made of is no longer kept. */
export async function gatherSection(
  sources: ReportSources,
  asked: GatherSectionInput,
): Promise<object | undefined> {
  const { subject, basis, section, viewer } = asked;
  switch (subject.type) {
    case 'sql':
      // Statements run outside this database.
      throw new UnknownSectionError(section);
    case 'activity':
      // All that a section reads is of one moment, so that its numbers agree with each other.
      return inSnapshot<object>(sources.pool, (db) =>
        named(activityGatherers, section)(db, { basis, viewer }),
      );
    case 'cot-session':
      return ofSession(sources.pool, basis, section);
    case 'audit':
      return ofAuditLog(sources, subject.filters, asked);
  }
}

async function ofSession(pool: Pool, basis: ReportBasis, section: string): Promise<object | undefined> {
  const blob = await findBlob(pool, basis.snapshot?.sha256 ?? '');
  if (blob === undefined) return undefined;
  const { overview, phases, decisions, steps, usage, provenance } = JSON.parse(
    blob.content.toString('utf8'),
  ) as SessionSnapshot;
  const data: SessionData = {
    overview,
    usage,
    provenance,
    phases: { phases },
    decisions: { decisions },
    steps: { steps },
  };
  return named(data, section);
}

async function ofAuditLog(
  { pool, auditKeys }: ReportSources,
  asked: AuditReportFilters,
  { basis, section }: GatherSectionInput,
): Promise<object> {
  const filters = filtersWithin(asked, basis);
  const gatherers: { [Name in keyof AuditData]: () => Promise<AuditData[Name]> } = {
    summary: () => inSnapshot(pool, (db) => gatherAuditSummary(db, filters)),
    entries: async () => ({ total: await countAuditEntries(pool, filters) }),
    verification: async () => {
      // Entries committed by now are covered too.
      await sealAuditLog(pool, { signer: auditKeys.signer, whenBusy: 'wait' });
      const { firstBroken = null, ...verdict } = await verifyAuditLog(pool, auditKeys.trusted);
      return { ...verdict, firstBroken };
    },
  };
  return named(gatherers, section)();
}

function named<Values extends object>(values: Values, name: string): Values[keyof Values] {
  if (!Object.hasOwn(values, name)) throw new UnknownSectionError(name);
  return values[name as keyof Values];
}

/** Asked for by a version of this program that knows more sections than this one. */
class UnknownSectionError extends Error {
  override readonly name = 'UnknownSectionError';

  constructor(section: string) {
    super(`this version knows no section called ${section}`);
  }
}
