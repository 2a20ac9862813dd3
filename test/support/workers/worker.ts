import type { Client } from '@temporalio/client';
import type pg from 'pg';
import { createActivities, type ActivityDeps } from '../../../src/activities/index.js';
import type { MaintenancePolicy } from '../../../src/activities/runs/maintenance.js';
import { gatherSection } from '../../../src/db/reports/gather-section.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import { createScheduleControl } from '../../../src/platform/temporal/schedule-control.js';
import { loadConfig } from '../../../src/platform/config.js';
import { loadSqlGrammar } from '../../../src/platform/sql/grammar.js';
import { sqlSettingsOf } from '../../../src/platform/sql/settings.js';
import { createSourcePlanner } from '../../../src/platform/sql/planning-connections.js';
import { createResultEngine } from '../../../src/platform/sql/result-engine.js';
import { sourceConnector } from '../../../src/platform/sql/source-session.js';
import { createWebhookWake } from '../../../src/platform/webhook-wake.js';
import type { WorkerDeps } from '../../../src/workers/worker.js';
import { testAuditKeys } from '../audit/entries.js';
import { testDeciders } from '../deciders.js';
import type { TestDatabase } from '../servers/database.js';
import type { TestTemporal } from '../servers/temporal.js';
import { testObjects } from '../servers/object-stores.js';
import { unusedNotifications } from '../notifications/parts.js';
import { testWebhooks } from '../webhooks/parts.js';
import { whileWorking, type RunWorkerDeps } from './run-worker.js';

/** Parts of the product's dependencies, each in the place of that of the tests. */
export interface TestParts extends Partial<Omit<ActivityDeps, 'policy'>> {
  readonly policy?: Partial<MaintenancePolicy>;
}

export interface TestWorkerOptions extends TestParts, Omit<RunWorkerDeps, 'activities'> {
  /** Replaces activities that were made of the parts. */
  readonly activities?: (made: WorkerDeps['activities']) => WorkerDeps['activities'];
}

const grammar = await loadSqlGrammar();

/** Of tests that ask no model: a call is a mistake that the test shall see. */
const noModel = new Proxy({} as ActivityDeps['model'], {
  get: () => () => Promise.reject(new Error('no model here')),
});

/** The activities of the product. Without other parts nothing of theirs leaves this machine. */
export function testActivities(
  pool: pg.Pool,
  client: Client,
  { policy, ...parts }: TestParts = {},
): WorkerDeps['activities'] {
  const { objects = testObjects() } = parts;
  return createActivities({
    logger: createLogger({ level: 'silent', service: 'worker' }),
    pool,
    model: noModel,
    tools: [],
    contextMaxTokens: 8_000,
    openDeltas: () => ({ write: () => undefined, end: () => undefined }),
    gather: gatherSection,
    control: createRunControl(client),
    schedules: createScheduleControl(client),
    policy: { startGraceMs: 0, silentMs: 0, keepDays: 30, ...policy },
    auditKeys: testAuditKeys,
    deciders: testDeciders,
    objects,
    moreRetention: {},
    grammar,
    connector: sourceConnector,
    planner: createSourcePlanner(),
    engine: createResultEngine(objects, { memoryMb: 256, diskMb: 256, threads: 2 }),
    sql: sqlSettingsOf(loadConfig({})),
    webhooks: testWebhooks(),
    wakeWebhook: createWebhookWake(client),
    notifications: unusedNotifications,
    ...parts,
  });
}

/** A worker of the flow queue, or of the queues that are named, with its activities. */
export function testWorker(
  { pool }: Pick<TestDatabase, 'pool'>,
  { client }: Pick<TestTemporal, 'client'>,
  options: TestWorkerOptions,
): RunWorkerDeps {
  const { activities = (made) => made, queues = ['flow'], ...rest } = options;
  return { ...rest, queues, activities: activities(testActivities(pool, client, rest)) };
}

/** Runs such a worker around `work`. */
export function withWorker<Result>(
  database: Pick<TestDatabase, 'pool'>,
  temporal: TestTemporal,
  options: TestWorkerOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  return whileWorking(temporal, testWorker(database, temporal, options), work);
}
