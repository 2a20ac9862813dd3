import { createActivities } from '../activities/index.js';
import { MOST_WEBHOOKS } from '../contracts/webhooks/webhook.js';
import { gatherSection } from '../db/reports/gather-section.js';
import { loadConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { exitWithParent } from '../platform/parent-watch.js';
import { createRunControl } from '../platform/temporal/run-control.js';
import { createScheduleControl } from '../platform/temporal/schedule-control.js';
import { temporalTarget } from '../platform/temporal/connection.js';
import { connectTemporalWorker } from '../platform/temporal/worker.js';
import { observeWorker } from '../platform/metrics/observe-worker.js';
import { startTracing } from '../platform/tracing/start-tracing.js';
import { workerTracing, workflowTracingModules } from '../platform/tracing/worker.js';
import { createWebhookWake } from '../platform/webhook-wake.js';
import { retentionOf } from './retention.js';
import { openWorkerResources } from './resources.js';
import { startBackground } from './background.js';
import { createWorker } from './worker.js';
import { workerVersionOf } from './worker-version.js';
import { stepSlots } from './step-slots.js';
import { loadWorkflowBundle } from './workflow-bundle.js';

const config = loadConfig();
const logger = createLogger({ level: config.logLevel, service: 'worker' });
exitWithParent();
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

if (config.workerEnabled) await work();
else logger.info('WORKER_ENABLED is false: nothing to do');

async function work(): Promise<void> {
  const observed = await observeWorker(config, logger);
  const tracing = await startTracing({ endpoint: config.otlpEndpoint, service: 'sluice-worker' });
  const { resources, announcements, close } = await openWorkerResources(config, logger);
  const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
  if (connection !== undefined) {
    const { native, namespace, client, ...converter } = connection;
    const { pool } = resources;
    const wakes = { pool, wakeWebhook: createWebhookWake(client), control: createRunControl(client) };
    const activities = createActivities({
      logger,
      ...resources,
      ...wakes,
      gather: gatherSection,
      schedules: createScheduleControl(client),
      policy: { startGraceMs: 5_000, silentMs: 60_000, keepDays: config.retentionDays },
      moreRetention: retentionOf(pool, config),
    });
    const worker = await createWorker({
      connection: native,
      namespace,
      activities,
      queues: config.workerQueues,
      ...workerVersionOf(config),
      ...converter,
      workflowBundle: await loadWorkflowBundle(
        tracing === undefined ? [] : workflowTracingModules,
        converter.dataConverter?.failureConverterPath,
      ),
      // A place for each webhook: one whose receiver hangs never takes another's.
      concurrency: { llm: stepSlots(config), notify: MOST_WEBHOOKS + 100 },
      ...(tracing === undefined ? {} : { tracing: workerTracing(tracing) }),
      activityInterceptors: observed.activityInterceptors,
    });
    observed.watch(worker, pool);
    stop.signal.addEventListener('abort', () => worker.shutdown());
    const background = startBackground({ client, announcements, ...wakes, logger, signal: stop.signal });
    if (!stop.signal.aborted) await worker.run().finally(() => stop.abort());
    await background.ended();
    await native.close();
  }
  await Promise.all([close(), tracing?.shutdown(), observed.close()]);
}
