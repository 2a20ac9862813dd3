import type { EventData } from '../../contracts/event-data.js';
import type { Principal } from '../../contracts/users/principal.js';
import type { RunRow } from '../../db/runs/runs.js';
import type { Db } from '../../db/base/sql.js';
import type { EventSpan } from '../../domain/runs/event-start.js';
import type { EventMessage } from './event-message.js';

/** A run as the readers of its events need it: where it is, and what its snapshot says. */
export interface EventSubject extends EventSpan {
  readonly runId: string;
  readonly updatedAt: string;
  /** The record without its events, as readers see it, read in the same statement as `lastPos`. */
  readonly state: EventData['snapshot'];
}

/** A kind of run whose events can be read. */
export interface ReadableRuns {
  /** Undefined: there is no such run, or it is not the principal's to read. That condition stands in the SQL. */
  readonly find: (db: Db, principal: Principal, id: string) => Promise<EventSubject | undefined>;
  readonly live?: LiveSource;
}

/** Live messages that are stored nowhere (`step.delta`). Called once a stream. */
export type LiveSource = (runId: string, take: (message: EventMessage) => boolean) => LiveReading;

export interface LiveReading {
  /** Gives what the reader answered false to: it has room again. A model that says nothing more would leave it out. */
  again(): void;
  end(): void;
}

export function eventSubjectOf(row: RunRow, state: EventData['snapshot']): EventSubject {
  const { id, lastPos, updatedAt, finishedAt } = row;
  return { runId: id, lastPos, updatedAt, finished: finishedAt !== null, state };
}
