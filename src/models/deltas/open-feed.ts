import type { Pool } from 'pg';
import { createDeltaRequester } from './channel.js';
import { DeltaFeed } from './feed.js';

/** The texts of running steps for the readers of this process; a worker is asked for the beginnings they miss. */
export function openDeltaFeed(pool: Pool): DeltaFeed {
  return new DeltaFeed({ request: createDeltaRequester(pool) });
}
