import type { GateRecord, StepView } from '../app/types';

/** A stretch of time that a step spent in a state. */
export interface Stretch {
  readonly kind: 'queued' | 'working' | 'retrying' | 'waiting' | 'failed';
  readonly fromMs: number;
  readonly toMs: number;
}

export interface TimelineRow {
  readonly id: string;
  readonly phase: number;
  readonly label: string;
  readonly attempt: number;
  readonly stepId: string | null;
  readonly stretches: readonly Stretch[];
}

/** A part of the axis. An idle span is drawn short, however long it lasted. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly idle: boolean;
  /** In parts of the whole width, 0 to 1. */
  readonly at: number;
  readonly width: number;
}

const IDLE_WIDTH = 0.05;
const MIN_IDLE_MS = 5_000;

export function timelineRows(
  steps: readonly StepView[],
  gates: readonly GateRecord[],
  nowMs: number,
): TimelineRow[] {
  const rows = [...steps.map((step) => stepRow(step, nowMs)), ...gates.map((gate) => gateRow(gate, nowMs))];
  return rows.sort((one, other) => startOf(one) - startOf(other));
}

const startOf = (row: TimelineRow): number => row.stretches[0]?.fromMs ?? 0;

function stepRow(step: StepView, nowMs: number): TimelineRow {
  const { id, phase, attempt, step: label } = step;
  const queuedMs = Date.parse(step.queuedAt);
  const startedMs = step.startedAt === null ? nowMs : Date.parse(step.startedAt);
  const endMs = step.finishedAt === null ? nowMs : Date.parse(step.finishedAt);
  const stretches: Stretch[] = [{ kind: 'queued', fromMs: queuedMs, toMs: Math.max(queuedMs, startedMs) }];
  let atMs = startedMs;
  for (const each of step.tries) {
    const fromMs = Date.parse(each.startedAt);
    const toMs = each.finishedAt === null ? endMs : Date.parse(each.finishedAt);
    if (fromMs > atMs) stretches.push({ kind: 'retrying', fromMs: atMs, toMs: fromMs });
    stretches.push({ kind: each.error === null ? 'working' : 'failed', fromMs, toMs });
    atMs = toMs;
  }
  if (step.tries.length === 0 && step.reusedFrom === null) {
    stretches.push({ kind: 'working', fromMs: startedMs, toMs: endMs });
  }
  return {
    id,
    phase,
    attempt,
    label,
    stepId: id,
    stretches: stretches.filter(({ fromMs, toMs }) => toMs >= fromMs),
  };
}

function gateRow(gate: GateRecord, nowMs: number): TimelineRow {
  const toMs =
    gate.decidedAt === null
      ? gate.status === 'waiting'
        ? nowMs
        : Date.parse(gate.openedAt)
      : Date.parse(gate.decidedAt);
  const stretch: Stretch = { kind: 'waiting', fromMs: Date.parse(gate.openedAt), toMs };
  return {
    id: gate.id,
    phase: gate.phase,
    attempt: gate.attempt,
    label: 'GATE',
    stepId: null,
    stretches: [stretch],
  };
}

/** The axis: stretches of work in proportion, what lies between them collapsed. */
export function axisOf(rows: readonly TimelineRow[]): Span[] {
  const busy = merged(
    rows.flatMap(({ stretches }) => stretches).filter(({ kind }) => kind !== 'waiting' && kind !== 'queued'),
  );
  const all = rows.flatMap(({ stretches }) => stretches);
  if (all.length === 0) return [];
  const fromMs = Math.min(...all.map((each) => each.fromMs));
  const toMs = Math.max(...all.map((each) => each.toMs), fromMs + 1);
  const spans: { fromMs: number; toMs: number; idle: boolean }[] = [];
  let atMs = fromMs;
  for (const stretch of [...busy, { fromMs: toMs, toMs }]) {
    if (stretch.fromMs > atMs) {
      spans.push({ fromMs: atMs, toMs: stretch.fromMs, idle: stretch.fromMs - atMs > MIN_IDLE_MS });
    }
    if (stretch.toMs > stretch.fromMs)
      spans.push({ fromMs: stretch.fromMs, toMs: stretch.toMs, idle: false });
    atMs = Math.max(atMs, stretch.toMs);
  }
  return placed(spans);
}

function merged(stretches: readonly Stretch[]): { fromMs: number; toMs: number }[] {
  const sorted = [...stretches].sort((one, other) => one.fromMs - other.fromMs);
  const joined: { fromMs: number; toMs: number }[] = [];
  for (const { fromMs, toMs } of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else joined.push({ fromMs, toMs });
  }
  return joined;
}

function placed(spans: readonly { fromMs: number; toMs: number; idle: boolean }[]): Span[] {
  const idleCount = spans.filter(({ idle }) => idle).length;
  const idleWidth = Math.min(IDLE_WIDTH, 0.5 / Math.max(1, idleCount));
  const busyMs = spans.filter(({ idle }) => !idle).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const rest = 1 - idleWidth * idleCount;
  let at = 0;
  return spans.map((span) => {
    const width = span.idle ? idleWidth : busyMs === 0 ? rest : (rest * (span.toMs - span.fromMs)) / busyMs;
    const one = { ...span, at, width };
    at += width;
    return one;
  });
}

const NAME_WIDTH = 0.15;

/** The spans whose time of day has room before the next one that is named, and before the end. */
export function namedSpans(axis: readonly Span[]): ReadonlySet<Span> {
  const named = new Set<Span>();
  let freeFrom = 0;
  for (const span of axis) {
    if (span.idle || span.at < freeFrom || span.at > 1 - NAME_WIDTH) continue;
    named.add(span);
    freeFrom = span.at + NAME_WIDTH;
  }
  return named;
}

/** Where a moment lies on the axis, 0 to 1. */
export function placeOf(axis: readonly Span[], ms: number): number {
  const span = axis.find(({ toMs }) => ms <= toMs) ?? axis.at(-1);
  if (span === undefined) return 0;
  const share = span.toMs === span.fromMs ? 0 : (ms - span.fromMs) / (span.toMs - span.fromMs);
  return span.at + span.width * Math.min(1, Math.max(0, share));
}
