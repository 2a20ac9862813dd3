import { runWorkerProgram } from '../../support/workers/worker-program.js';
import { testActivities } from '../../support/workers/worker.js';

/** For a test that kills it in the middle of a request. */
await runWorkerProgram(({ pool, client }) => ({
  queues: ['flow', 'notify'],
  activities: testActivities(pool, client),
}));
