import {
  windowMs,
  type SessionMetrics,
  type StalledSession,
  type WaitTotals,
  type WorkTotals,
} from '../../contracts/sessions/metrics.js';
import { localText } from '../../contracts/templates/template.js';
import type { SessionCounts } from '../../domain/reports/activity.js';
import { omit } from '../../domain/omit.js';
import type { StalledRow, WaitRow, WorkRow } from '../../db/sessions/metrics.js';

export interface Measured {
  readonly window: string;
  readonly work: readonly WorkRow[];
  readonly waits: readonly WaitRow[];
  readonly counts: readonly SessionCounts[];
  readonly stalled: readonly StalledRow[];
}

type TemplateView = SessionMetrics['templates'][number];
type PhaseView = TemplateView['phases'][number];

const BOTTLENECKS_SHOWN = 10;
const noWork: WorkTotals = {
  runs: 0,
  completed: 0,
  failed: 0,
  retries: 0,
  errorRate: null,
  p50Ms: null,
  p95Ms: null,
  totalMs: 0,
};
const noSessions = { created: 0, open: 0, completed: 0, failed: 0, rejected: 0, canceled: 0 };
const noWait: WaitTotals = { decisions: 0, open: 0, p50Ms: null, p95Ms: null, totalMs: 0 };

export function toMetrics(measured: Measured, nowMs: number): SessionMetrics {
  const { window, work, waits, counts, stalled } = measured;
  const names = [...new Set([...work, ...waits, ...counts].map((row) => row.template))].sort();
  const worked = sumOf(work.filter((row) => row.phase === null));
  const waited = sumOf(waits.filter((row) => row.phase === null));
  return {
    window,
    from: new Date(nowMs - windowMs(window)).toISOString(),
    to: new Date(nowMs).toISOString(),
    templates: names.map((template) => toTemplate(template, measured)),
    bottlenecks: bottlenecksOf(work, worked),
    humanShare: worked + waited === 0 ? null : waited / (worked + waited),
    stuck: stalledOf(stalled, 'stuck'),
    stale: stalledOf(stalled, 'stale'),
  };
}

function toTemplate(template: string, { work, waits, counts }: Measured): TemplateView {
  const own = work.filter((row) => row.template === template);
  const ownWaits = waits.filter((row) => row.template === template);
  const numbers = [...own, ...ownWaits].flatMap((row) => (row.phase === null ? [] : [row.phase]));
  const sessions = counts.find((row) => row.template === template) ?? { template, ...noSessions };
  return {
    template,
    ...workOf(own.find((row) => row.phase === null)),
    sessions: omit(sessions, 'template'),
    wait: waitOf(ownWaits.find((row) => row.phase === null)),
    phases: [...new Set(numbers)]
      .sort((one, other) => one - other)
      .map((number) => toPhase(number, own, ownWaits)),
  };
}

function toPhase(number: number, work: readonly WorkRow[], waits: readonly WaitRow[]): PhaseView {
  const rows = work.filter((row) => row.phase === number);
  const whole = rows.find((row) => row.step === null);
  return {
    phase: number,
    key: whole?.key ?? null,
    title: whole?.title == null ? null : localText(whole.title, 'en'),
    ...workOf(whole),
    wait: waitOf(waits.find((row) => row.phase === number)),
    steps: rows.flatMap((row) => (row.step === null ? [] : [{ step: row.step, ...workOf(row) }])),
  };
}

function workOf(row: WorkRow | undefined): WorkTotals {
  if (row === undefined) return noWork;
  const { runs, completed, failed, retries, p50Ms, p95Ms, totalMs } = row;
  const ended = completed + failed;
  return {
    runs,
    completed,
    failed,
    retries,
    errorRate: ended === 0 ? null : failed / ended,
    p50Ms,
    p95Ms,
    totalMs,
  };
}

function waitOf(row: WaitRow | undefined): WaitTotals {
  if (row === undefined) return noWait;
  const { decisions, open, p50Ms, p95Ms, totalMs } = row;
  return { decisions, open, p50Ms, p95Ms, totalMs };
}

function bottlenecksOf(work: readonly WorkRow[], worked: number): SessionMetrics['bottlenecks'] {
  return work
    .flatMap(({ template, phase, step, runs, totalMs, p95Ms }) => {
      if (phase === null || step === null || totalMs === 0) return [];
      return [{ template, phase, step, runs, totalMs, share: totalMs / worked, p95Ms }];
    })
    .sort((one, other) => other.totalMs - one.totalMs)
    .slice(0, BOTTLENECKS_SHOWN);
}

function stalledOf(
  rows: readonly StalledRow[],
  kind: StalledRow['kind'],
): { total: number; items: StalledSession[] } {
  const own = rows.filter((row) => row.kind === kind);
  return {
    total: own[0]?.total ?? 0,
    items: own.map((row) => omit(row, 'kind', 'total')),
  };
}

function sumOf(rows: readonly { totalMs: number }[]): number {
  return rows.reduce((sum, row) => sum + row.totalMs, 0);
}
