import { createActivities } from '../activities/index.js';
import { createAuditSigner } from '../contracts/audit-chain.js';
import { gatherActivity } from '../db/activity-facts.js';
import { auditRetention } from '../db/audit-retention.js';
import { loadConfig } from '../platform/config.js';
import { databaseUrlOf } from '../platform/database-url.js';
import { openWorkerModel } from '../platform/llm/worker-model.js';
import { createLogger } from '../platform/logger.js';
import { openObjectStore } from '../platform/open-object-store.js';
import { exitWithParent } from '../platform/parent-watch.js';
import { createPool } from '../platform/pool.js';
import { createRunControl } from '../platform/run-control.js';
import { signingSecretOf } from '../platform/signing-secret.js';
import { temporalTarget } from '../platform/temporal-connection.js';
import { connectTemporalWorker, installTemporalRuntime } from '../platform/temporal-worker.js';
import { startTracing } from '../platform/tracing.js';
import { workerTracing, workflowTracingModules } from '../platform/tracing-worker.js';
import { keepSchedules } from './schedules.js';
import { createWorker } from './worker.js';
import { loadWorkflowBundle } from './workflow-bundle.js';

const config = loadConfig();
const logger = createLogger({ level: config.logLevel, service: 'worker' });
exitWithParent();
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

if (config.workerEnabled) await work();
else logger.info('WORKER_ENABLED is false: nothing to do');

async function work(): Promise<void> {
  installTemporalRuntime(logger);
  const tracing = await startTracing({ endpoint: config.otlpEndpoint, service: 'sluice-worker' });
  const [databaseUrl, secret] = [databaseUrlOf(config), signingSecretOf(config)];
  const pool = createPool({ databaseUrl, max: config.databasePoolMax, applicationName: 'worker', logger });
  const model = await openWorkerModel({ config, databaseUrl, pool, logger });
  const connection = await connectTemporalWorker(temporalTarget(config), logger, stop.signal);
  if (connection !== undefined) {
    const activities = createActivities({
      ...{ ...model, pool, gather: gatherActivity, control: createRunControl(connection.client) },
      policy: { startGraceMs: 5_000, silentMs: 60_000, keepDays: config.retentionDays },
      ...{ auditSigner: createAuditSigner(secret), objects: await openObjectStore(config, secret) },
      moreRetention: auditRetention(pool, config.auditRetentionDays),
    });
    const { native, namespace, client } = connection;
    const worker = await createWorker({
      ...{ connection: native, namespace, activities, queues: config.workerQueues },
      workflowBundle: await loadWorkflowBundle(tracing === undefined ? [] : workflowTracingModules),
      concurrency: { llm: config.workerBatchSize },
      ...(tracing === undefined ? {} : { tracing: workerTracing(tracing) }),
    });
    stop.signal.addEventListener('abort', () => worker.shutdown());
    const schedules = keepSchedules(client, logger, stop.signal);
    if (!stop.signal.aborted) await worker.run().finally(() => stop.abort());
    await schedules;
    await native.close();
  }
  await model.stop();
  await Promise.all([tracing?.shutdown(), pool.end()]);
}
