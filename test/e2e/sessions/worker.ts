import { setTimeout } from 'node:timers/promises';
import { createActivities } from '../../../src/activities/index.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import { loadConfig } from '../../../src/platform/config.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { createScheduleControl } from '../../../src/platform/temporal/schedule-control.js';
import { temporalTarget } from '../../../src/platform/temporal/connection.js';
import { connectTemporalWorker, installTemporalRuntime } from '../../../src/platform/temporal/worker.js';
import { openSql } from '../../../src/platform/sql/open.js';
import { createWorker } from '../../../src/workers/worker.js';
import { testAuditKeys } from '../../support/audit/entries.js';
import { testDeciders } from '../../support/deciders.js';
import { createWebhookWake } from '../../../src/platform/webhook-wake.js';
import { testObjects } from '../../support/servers/object-stores.js';
import { unusedNotifications } from '../../support/notifications/parts.js';
import { testWebhooks } from '../../support/webhooks/parts.js';
import { scriptedModel } from '../../workflows/sessions/fixture.js';

/**
 * The worker as production makes it, with a model in memory that says each call on standard output. STOP_AT is
 * the number of the call that never gets an answer: a test kills the worker there. FAIL_AT is the number of the
 * call that fails. ANSWER_MS is how long each answer takes.
 */
const stopAt = Number(process.env['STOP_AT'] ?? 0);
const failAt = Number(process.env['FAIL_AT'] ?? 0);
const answerMs = Number(process.env['ANSWER_MS'] ?? 0);
const config = loadConfig();
const logger = createLogger({ level: 'silent', service: 'worker' });
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const say = (word: string): void => void process.stdout.write(`${word}\n`);

const model = scriptedModel(async (_request, call) => {
  say(`call ${call}`);
  if (call === failAt) throw new Error('as the test wants it');
  if (call === stopAt) await new Promise<never>(() => undefined);
  if (answerMs > 0) await setTimeout(answerMs);
  return `answer ${call}`;
});

installTemporalRuntime(logger);
const pool = createPool({ databaseUrl: config.databaseUrl ?? '', max: 5, applicationName: 'worker', logger });
const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
if (connection !== undefined) {
  const worker = await createWorker({
    connection: connection.native,
    namespace: connection.namespace,
    queues: config.workerQueues.length > 0 ? config.workerQueues : ['flow', 'llm'],
    // A worker that runs a statement asks for no other: what is tried again goes to another worker.
    concurrency: { sql: 1 },
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE'] ?? '' },
    activities: createActivities({
      logger,
      pool,
      model,
      tools: [],
      contextMaxTokens: 8_000,
      gather: gatherSection,
      openDeltas: () => ({ write: () => undefined, end: () => undefined }),
      control: createRunControl(connection.client),
      schedules: createScheduleControl(connection.client),
      policy: { startGraceMs: 0, silentMs: 0, keepDays: 30 },
      deciders: testDeciders,
      auditKeys: testAuditKeys,
      objects: testObjects(),
      ...(await openSql(config, testObjects())),
      moreRetention: {},
      webhooks: testWebhooks(),
      wakeWebhook: createWebhookWake(connection.client),
      notifications: unusedNotifications,
    }),
  });
  stop.signal.addEventListener('abort', () => worker.shutdown());
  say('ready');
  await worker.run();
  await connection.native.close();
}
await pool.end();
