/** A run that waits for a place, and whose it is. `queuedAt` sorts. */
export interface WaitingRun {
  readonly runId: string;
  readonly ownerId: string;
  readonly queuedAt: string;
}

/**
 * The order in which waiting runs get a place: in rounds, one run of each person a round.
 *
 * F1. A person's running statements count as turns: a person with nothing running comes first.
 * F2. Within a round, and among the runs of one person, the one that waits longest comes first.
 * F3. A run's place never depends on runs of its owner that came later.
 */
export function fairOrder(
  waiting: readonly WaitingRun[],
  runningByOwner: ReadonlyMap<string, number>,
): WaitingRun[] {
  const turns = new Map(runningByOwner);
  const ranked = [...waiting].sort(byAge).map((run) => {
    const round = turns.get(run.ownerId) ?? 0;
    turns.set(run.ownerId, round + 1);
    return { run, round };
  });
  return ranked.sort((a, b) => a.round - b.round || byAge(a.run, b.run)).map(({ run }) => run);
}

export interface SqlQueue {
  readonly waiting: readonly WaitingRun[];
  /** How many runs have a place. */
  readonly admitted: number;
  readonly runningByOwner: ReadonlyMap<string, number>;
}

/** As many as have to wait although every place is given away. */
export function waitingInVain({ waiting, admitted }: SqlQueue, places: number): number {
  return Math.max(0, waiting.length - freePlaces(admitted, places));
}

/** From 1; 0 for a run that does not wait, or whose place is free already. */
export function positionOf(
  { waiting, admitted, runningByOwner }: SqlQueue,
  places: number,
  runId: string,
): number {
  const index = fairOrder(waiting, runningByOwner).findIndex((run) => run.runId === runId);
  return Math.max(0, index + 1 - freePlaces(admitted, places));
}

/** A run that comes now, behind all that are there. */
export function joining(queue: SqlQueue, newcomer: Omit<WaitingRun, 'queuedAt'>): SqlQueue {
  return { ...queue, waiting: queue.waiting.concat({ ...newcomer, queuedAt: AFTER_ALL }) };
}

/** Sorts behind every time. */
const AFTER_ALL = '~';

/** Fewer places are configured than runs have one: none is free. */
function freePlaces(admitted: number, places: number): number {
  return Math.max(0, places - admitted);
}

function byAge(a: WaitingRun, b: WaitingRun): number {
  return order(a.queuedAt, b.queuedAt) || order(a.runId, b.runId);
}

function order(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
}

/** When a run at `position` (from 1) may begin, if runs go on to take what they usually took. */
export function expectedWaitMs(position: number, places: number, usualMs: number | null): number | null {
  if (position === 0) return 0;
  return usualMs === null ? null : Math.ceil(position / places) * Math.round(usualMs);
}
