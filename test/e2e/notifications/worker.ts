import { testSenders } from '../../support/notifications/parts.js';
import { runWorkerProgram } from '../../support/workers/worker-program.js';
import { testActivities } from '../../support/workers/worker.js';

/** For a test that kills it in the middle of a mail. */
await runWorkerProgram(({ config, pool, client }) => {
  const senders = testSenders({ pool }, config.smtpUrl ?? '', { leaseMs: 3_000, mailMs: 2_000 });
  return {
    queues: ['flow', 'notify'],
    activities: testActivities(pool, client, { notifications: senders.parts }),
    close: () => senders.close(),
  };
});
