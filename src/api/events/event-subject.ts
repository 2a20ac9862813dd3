import type { Principal } from '../../contracts/principal.js';
import type { Db } from '../../db/sql.js';
import type { EventSpan } from '../../domain/event-start.js';

/** A run as the readers of its events need it: where it is, and what its snapshot says. */
export interface EventSubject extends EventSpan {
  readonly runId: string;
  readonly updatedAt: string;
  /** The same that a GET of the record answers, read in the same statement as `lastPos`. */
  readonly state: Record<string, unknown>;
}

/** Undefined: there is no such run, or it is not the principal's to read. That condition stands in the SQL. */
export type FindEventSubject = (
  db: Db,
  principal: Principal,
  id: string,
) => Promise<EventSubject | undefined>;
