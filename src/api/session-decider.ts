import type { Origin, Principal } from '../contracts/principal.js';
import { storeBlob } from '../db/blobs.js';
import type { Db } from '../db/sql.js';
import type { Decider } from '../domain/session-commands.js';
import type { ContentRef } from '../domain/session-state.js';
import { givenContent } from './session-start.js';

export function deciderOf(principal: Principal, origin: Origin): Decider {
  const via = principal.via === 'console' ? 'console' : 'api';
  return { userId: principal.userId, via, ...origin };
}

/** Stores what a person wrote with a command, so that only its reference travels to the workflow. */
export async function keepText(
  db: Db,
  sessionId: string,
  given: string | Record<string, unknown> | undefined,
): Promise<ContentRef | null> {
  return given === undefined ? null : storeBlob(db, sessionId, givenContent(given));
}
