import type { SessionEvent } from './transitions.js';

/** The last projection of a session, stored with its row. */
export interface Projected {
  /** The workflow run that projected it: another one after a reset, a revival or continue-as-new. */
  readonly runId: string;
  readonly sequence: number;
  /** The workflow's clock, which stands at its task: of two tasks the repeated one has the later. */
  readonly atMs: number;
  /** Names of the last events of that workflow run. Rows store them under this name. */
  readonly news: readonly string[];
}

export type Projection = Omit<Projected, 'news'>;

/**
 * Projecting, when a workflow task is repeated, its worker wakes up from a freeze, or the workflow was reset.
 *
 * R1. The workflow's progress wins: it replaces the row's, at any version.
 * R2. A frozen worker projects nothing any more: its task has been repeated since, at a later moment.
 * R3. A repeated task projects each event once, also in another grouping than the first time.
 */
export function isOutdated(projected: Projected | null, projection: Projection): boolean {
  if (projected === null) return false;
  if (projection.atMs !== projected.atMs) return projection.atMs < projected.atMs;
  return projection.runId === projected.runId && projection.sequence <= projected.sequence;
}

/** The events that this workflow run has not projected yet. */
export function unprojectedEvents(
  projected: Projected | null,
  { runId }: Projection,
  events: readonly SessionEvent[],
): readonly SessionEvent[] {
  const known = new Set(projected?.runId === runId ? projected.news : []);
  const names = namesOf(events);
  return events.filter((_each, index) => !known.has(names[index] ?? ''));
}

/** A task projects a handful of events; a repeated one projects no more than its own. */
const KEPT_NAMES = 40;

export function projectedAfter(
  projected: Projected | null,
  projection: Projection,
  events: readonly SessionEvent[],
): Projected {
  const earlier = projected?.runId === projection.runId ? projected.news : [];
  const names = [...new Set([...earlier, ...namesOf(events)])];
  return { ...projection, news: names.slice(-KEPT_NAMES) };
}

/** A name holds an event's subject, never its moment: the repeated task has another one. */
export function namesOf(events: readonly SessionEvent[]): string[] {
  let command = '';
  return events.map((each) => {
    switch (each.type) {
      case 'session.commanded':
        command = each.by.commandId ?? each.kind;
        return `${each.type}:${command}`;
      case 'gate.opened':
      case 'gate.decided':
      case 'gate.reminded':
      case 'gate.expired':
        return `${each.type}:${each.gate.id}`;
      case 'step.failed':
        return `${each.type}:${each.stepId}`;
      case 'session.redone':
      case 'session.paused':
      case 'session.resumed':
        return `${each.type}:${command}`;
      case 'session.started':
      case 'session.ended':
        return each.type;
    }
  });
}
