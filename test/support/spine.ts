import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { createActivities, type ActivityDeps } from '../../src/activities/index.js';
import type { MaintenancePolicy } from '../../src/activities/runs/maintenance.js';
import { gatherSection } from '../../src/db/reports/gather-section.js';
import { insertRun, type NewRun } from '../../src/db/runs/runs.js';
import { createLogger } from '../../src/platform/logger.js';
import { createRunControl } from '../../src/platform/temporal/run-control.js';
import { createScheduleControl } from '../../src/platform/temporal/schedule-control.js';
import { loadConfig } from '../../src/platform/config.js';
import { loadSqlGrammar } from '../../src/platform/sql/grammar.js';
import { sqlSettingsOf } from '../../src/platform/sql/settings.js';
import { createSourcePlanner } from '../../src/platform/sql/planning-connections.js';
import { createResultEngine } from '../../src/platform/sql/result-engine.js';
import { sourceConnector } from '../../src/platform/sql/source-session.js';
import type { ObjectStore } from '../../src/platform/objects/object-store.js';
import { createWebhookWake } from '../../src/platform/webhook-wake.js';
import { createWorker, type WorkerDeps } from '../../src/workers/worker.js';
import { testAuditKeys } from './audit/entries.js';
import { testDeciders } from './deciders.js';
import type { TestDatabase } from './servers/database.js';
import type { TestTemporal } from './servers/temporal.js';
import { testObjects } from './servers/object-stores.js';
import { unusedNotifications } from './notifications/parts.js';
import { testWebhooks, type TestWebhookOptions } from './webhooks/parts.js';
import { workflowBundlePath } from './servers/workflow-bundle.js';

export interface SpineOptions {
  readonly gather?: ActivityDeps['gather'];
  readonly policy?: Partial<MaintenancePolicy>;
  readonly objects?: ObjectStore;
  readonly webhooks?: TestWebhookOptions;
  readonly sql?: ActivityDeps['sql'];
  readonly model?: ActivityDeps['model'];
  readonly notifications?: ActivityDeps['notifications'];
  /** The queues that the worker serves; by default the flow queue alone. */
  readonly queues?: WorkerDeps['queues'];
  /** Instead of the product's. */
  readonly workflowBundle?: WorkerDeps['workflowBundle'];
  readonly dataConverter?: WorkerDeps['dataConverter'];
  /** 0: every workflow task replays its history. */
  readonly maxCachedWorkflows?: number;
  readonly activities?: (made: ReturnType<typeof createActivities>) => WorkerDeps['activities'];
}

const grammar = await loadSqlGrammar();

/** Nothing of the spine asks a model; whatever does is a mistake that the test shall see. */
const noModel = new Proxy({} as ActivityDeps['model'], {
  get: () => () => Promise.reject(new Error('no model here')),
});

export function spineActivities(
  pool: pg.Pool,
  client: Client,
  options: SpineOptions = {},
): WorkerDeps['activities'] {
  const made = createActivities({
    logger: createLogger({ level: 'silent', service: 'worker' }),
    pool,
    model: options.model ?? noModel,
    tools: [],
    contextMaxTokens: 1_000,
    openDeltas: () => ({ write: () => undefined, end: () => undefined }),
    gather: options.gather ?? gatherSection,
    control: createRunControl(client),
    schedules: createScheduleControl(client),
    policy: { startGraceMs: 0, silentMs: 0, keepDays: 30, ...options.policy },
    auditKeys: testAuditKeys,
    deciders: testDeciders,
    objects: options.objects ?? testObjects(),
    moreRetention: {},
    grammar,
    connector: sourceConnector,
    planner: createSourcePlanner(),
    engine: createResultEngine(options.objects ?? testObjects(), { memoryMb: 256, diskMb: 256, threads: 2 }),
    sql: options.sql ?? sqlSettingsOf(loadConfig({})),
    webhooks: testWebhooks(options.webhooks),
    wakeWebhook: createWebhookWake(client),
    notifications: options.notifications ?? unusedNotifications,
  });
  return options.activities?.(made) ?? made;
}

/** Runs a worker of the flow queue around `work`. */
export async function withWorker<Result>(
  database: Pick<TestDatabase, 'pool'>,
  temporal: TestTemporal,
  options: SpineOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const worker = await createWorker({
    connection: await temporal.nativeConnection(),
    namespace: temporal.namespace,
    activities: spineActivities(database.pool, temporal.client, options),
    workflowBundle: options.workflowBundle ?? { codePath: workflowBundlePath() },
    queues: options.queues ?? ['flow'],
    ...(options.dataConverter === undefined ? {} : { dataConverter: options.dataConverter }),
    ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
  });
  const running = worker.run();
  try {
    return await work();
  } finally {
    worker.shutdown();
    await running;
  }
}

/** The row and its workflow, as the API leaves them behind. */
export async function startRun(pool: pg.Pool, client: Client, run: NewRun): Promise<void> {
  await insertRun(pool, run);
  await createRunControl(client).launch(run);
}
