import type { Pool } from 'pg';
import type { GenerateReportInput } from '../../contracts/reports/report.js';
import type { SessionSnapshot } from '../../domain/sessions/report.js';
import { readSessionSnapshot } from './session.js';
import { one, sql, type Db, type Sql } from '../base/sql.js';
import { inSnapshot } from '../base/transaction.js';

export interface OpenedReport {
  readonly from: string;
  readonly to: string;
  readonly snapshot: SessionSnapshot | null;
}

const AUDIT_DAYS = 7;

/** Fixes the time that a report speaks of. Undefined: its session is not there, or no longer the viewer's. */
export function openReport(pool: Pool, input: GenerateReportInput): Promise<OpenedReport | undefined> {
  return inSnapshot(pool, (db) => openedIn(db, input));
}

async function openedIn(db: Db, { subject, viewer }: GenerateReportInput): Promise<OpenedReport | undefined> {
  switch (subject.type) {
    case 'activity':
      return timesOf(db, sql`now()`, sql`now() - make_interval(hours => ${subject.hours})`);
    case 'sql':
      return timesOf(db, sql`now()`, sql`now()`);
    case 'audit': {
      const { from, to } = subject.filters;
      const end = to === undefined ? sql`now()` : sql`${to}::timestamptz`;
      const start =
        from === undefined ? sql`${end} - make_interval(days => ${AUDIT_DAYS})` : sql`${from}::timestamptz`;
      return timesOf(db, end, start);
    }
    case 'cot-session': {
      const snapshot = await readSessionSnapshot(db, viewer, subject.sessionId);
      return snapshot && { from: snapshot.overview.createdAt, to: snapshot.takenAt, snapshot };
    }
  }
}

async function timesOf(db: Db, to: Sql, from: Sql): Promise<OpenedReport> {
  const times = await one<{ from: string; to: string }>(db, sql`select ${from} as "from", ${to} as "to"`);
  return { ...times, snapshot: null };
}
