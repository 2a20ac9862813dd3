import type { Pool } from 'pg';
import { createDeltaRequester } from './delta-channel.js';
import { DeltaFeed } from './delta-feed.js';

/** The texts of running steps for the readers of this process; a worker is asked for the beginnings they miss. */
export function openDeltaFeed(pool: Pool): DeltaFeed {
  return new DeltaFeed({ request: createDeltaRequester(pool) });
}
