import { setTimeout } from 'node:timers/promises';
import { openSql } from '../../../src/platform/sql/open.js';
import { testObjects } from '../../support/servers/object-stores.js';
import { runWorkerProgram, say } from '../../support/workers/worker-program.js';
import { testActivities } from '../../support/workers/worker.js';
import { scriptedModel } from '../../support/sessions/fixture.js';

/**
 * A model in memory says each call on standard output. STOP_AT is the number of the call that never gets an
 * answer: a test kills the worker there. FAIL_AT is the number of the call that fails. ANSWER_MS is how long each
 * answer takes.
 */
const stopAt = Number(process.env['STOP_AT'] ?? 0);
const failAt = Number(process.env['FAIL_AT'] ?? 0);
const answerMs = Number(process.env['ANSWER_MS'] ?? 0);

const model = scriptedModel(async (_request, call) => {
  say(`call ${call}`);
  if (call === failAt) throw new Error('as the test wants it');
  if (call === stopAt) await new Promise<never>(() => undefined);
  if (answerMs > 0) await setTimeout(answerMs);
  return `answer ${call}`;
});

await runWorkerProgram(async ({ config, pool, client }) => ({
  queues: config.workerQueues.length > 0 ? config.workerQueues : ['flow', 'llm'],
  // A worker that runs a statement asks for no other: what is tried again goes to another worker.
  concurrency: { sql: 1 },
  activities: testActivities(pool, client, { model, ...(await openSql(config, testObjects())) }),
}));
