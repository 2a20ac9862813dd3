import { heartbeat, log } from '@temporalio/activity';
import type { Pool } from 'pg';
import { deleteObjects, releaseObjects } from '../../db/reports/objects.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';

export interface RemoveObjectsDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
}

const AT_ONCE = 10;

/**
 * Removes up to `limit` expired objects: first decided in the database, then from the store, then the row. Cut off
 * anywhere it is taken up again from there. Returns the number of removed objects. The next turn retries those that
 * the store refused to remove.
 */
export async function removeObjects(
  { pool, objects }: RemoveObjectsDeps,
  keepDays: number,
  limit: number,
): Promise<number> {
  const waiting = await releaseObjects(pool, keepDays, limit);
  const removed: string[] = [];
  let fault: unknown;
  const next = async (): Promise<void> => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
      try {
        await objects.delete(key);
        removed.push(key);
        heartbeat();
      } catch (error) {
        // A store that is away is asked no further: it would say so for each of them.
        fault = error;
        waiting.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  if (fault !== undefined) log.warn('objects that are kept no longer could not be removed', { error: fault });
  await deleteObjects(pool, removed);
  return removed.length;
}
