import { Refusal } from '../../contracts/refusal.js';
import type { Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { findOwnedSession, type OwnedSession } from '../../db/sessions/sessions.js';

/** A session of the caller's; somebody else's does not exist for them. */
export async function ownedSession(db: Db, id: string, viewer: Principal): Promise<OwnedSession> {
  const session = await findOwnedSession(db, id, viewer);
  if (session === undefined) throw new Refusal('not_found');
  return session;
}
