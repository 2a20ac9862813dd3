import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { taskQueues, type TaskQueue } from '../../contracts/names.js';
import { runKinds } from '../../contracts/run-kinds.js';
import { stepStatus } from '../../contracts/sessions/ledger.js';
import { endedDeliveries } from '../../domain/webhooks/delivery-status.js';
import * as endings from '../../db/runs/house-endings.js';
import { countDeadLetters, countHouse, countOpenRuns, countPlaces } from '../../db/runs/house-now.js';
import { attemptedStatuses, channels } from '../../domain/notifications/planning-facts.js';
import { finalStatuses } from '../../domain/runs/status.js';
import { gateStatuses } from '../../domain/sessions/gate-status.js';
import { stepNames } from '../../domain/sessions/state.js';
import type { Logger } from '../../platform/logger.js';
import type { ApiMetrics } from '../../platform/metrics/api-metrics.js';
import { QueryMeter, runMetered } from '../../platform/query-meter.js';
import type { ReadinessProbe } from '../http/readiness.js';
import { everyAnswer, lookAtQueue } from '../http/task-queues.js';

export interface HouseMetricsDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly readiness: ReadinessProbe;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
}

interface HouseWaits {
  readonly settleMs?: number;
  readonly keptMs?: number;
}

const QUEUE_LIMIT_MS = 1_500;
/** Longer than a transaction may take from its clock to its commit. */
const SETTLE_MS = 30_000;
const KEPT_MS = 5_000;

/**
 * 1. Endings are counted from rows, not where they happen: a worker that dies takes no count with it.
 * 2. Each ending is counted in one span alone. A span moves on only when all of its counts were read.
 * 3. However many scrape at once, the house is read once in five seconds. The first scrape begins the first span.
 */
export function exposeHouse(deps: HouseMetricsDeps, waits: HouseWaits = {}): void {
  const { settleMs = SETTLE_MS, keptMs = KEPT_MS } = waits;
  zeroEndings(deps.metrics);
  let since: string | undefined;
  let reading: Promise<void> | undefined;
  let keptUntil = 0;
  const read = async (): Promise<void> => {
    try {
      const until = await endings.settledMoment(deps.pool, settleMs);
      await setNow(deps);
      if (since !== undefined) await addEndings(deps, { since, until });
      since = until;
    } catch (error) {
      deps.metrics.add('sluice_house_read_failures_total', {});
      deps.logger.warn({ err: error }, 'the metrics of the house could not be read');
    }
  };
  const readAfter = async (before: Promise<void> | undefined): Promise<void> => {
    await before;
    await Promise.all([runMetered(new QueryMeter(), read), setParts(deps), setQueues(deps)]);
  };
  deps.metrics.onScrape(() => {
    if (reading !== undefined && performance.now() < keptUntil) return reading;
    keptUntil = performance.now() + keptMs;
    reading = readAfter(reading);
    return reading;
  });
}

/** A counter that begins with its first failure has no rise that an alert could see. */
function zeroEndings({ add }: ApiMetrics): void {
  for (const kind of Object.keys(runKinds)) {
    for (const status of finalStatuses) {
      add('sluice_runs_finished_total', { kind, status }, 0);
      add('sluice_run_seconds_total', { kind, status }, 0);
    }
  }
  for (const step of stepNames) {
    add('sluice_step_retries_total', { step }, 0);
    for (const status of stepStatus.exclude(['running']).options) {
      add('sluice_steps_finished_total', { step, status }, 0);
      add('sluice_step_seconds_total', { step, status }, 0);
    }
  }
  for (const channel of channels) {
    for (const status of attemptedStatuses)
      add('sluice_notification_deliveries_total', { channel, status }, 0);
  }
  for (const status of endedDeliveries) add('sluice_webhook_deliveries_total', { status }, 0);
  for (const status of gateStatuses.filter((each) => each !== 'waiting'))
    add('sluice_gates_decided_total', { status }, 0);
}

async function setNow({ pool, metrics }: HouseMetricsDeps): Promise<void> {
  const now = await countHouse(pool);
  metrics.set('sluice_run_oldest_queued_seconds', {}, now.queuedSeconds);
  metrics.set('sluice_steps_running', {}, now.stepsRunning);
  metrics.set('sluice_gates_waiting', {}, now.gatesWaiting);
  metrics.set('sluice_gate_oldest_wait_seconds', {}, now.gateSeconds);
  metrics.set('sluice_webhook_deliveries_waiting', {}, now.webhooksWaiting);
  metrics.set('sluice_webhook_oldest_due_seconds', {}, now.webhookSeconds);
  metrics.set('sluice_audit_unsealed', {}, now.auditUnsealed);
  const [runs, places, letters] = [
    await countOpenRuns(pool),
    await countPlaces(pool),
    await countDeadLetters(pool),
  ];
  for (const name of ['sluice_runs', 'sluice_sql_statements', 'sluice_dead_letters'] as const)
    metrics.clear(name);
  for (const { kind, status, count } of runs) metrics.set('sluice_runs', { kind, status }, count);
  for (const { place, count } of places) metrics.set('sluice_sql_statements', { place }, count);
  for (const { kind, count } of letters) metrics.set('sluice_dead_letters', { kind }, count);
}

/** Everything is read before anything is added: a read that fails is repeated with the next span. */
async function addEndings({ pool, metrics: { add } }: HouseMetricsDeps, span: endings.Span): Promise<void> {
  const runs = await endings.countEndedRuns(pool, span);
  const steps = await endings.countEndedSteps(pool, span);
  const uses = await endings.countModelUse(pool, span);
  const gates = await endings.countDecidedGates(pool, span);
  const messages = await endings.countEndedMessages(pool, span);
  const deliveries = await endings.countEndedDeliveries(pool, span);
  for (const { count, seconds, ...labels } of runs) {
    add('sluice_runs_finished_total', labels, count);
    add('sluice_run_seconds_total', labels, seconds);
  }
  for (const { count, seconds, retries, step, status } of steps) {
    add('sluice_steps_finished_total', { step, status }, count);
    add('sluice_step_seconds_total', { step, status }, seconds);
    add('sluice_step_retries_total', { step }, retries);
  }
  for (const { provider, model, status, count, costUsd, ...tokens } of uses) {
    add('sluice_model_calls_total', { provider, model, status }, count);
    add('sluice_model_cost_usd_total', { provider, model }, costUsd);
    for (const [direction, amount] of Object.entries(tokens))
      add('sluice_model_tokens_total', { provider, model, direction }, amount);
  }
  for (const { status, count } of gates) add('sluice_gates_decided_total', { status }, count);
  for (const { count, ...labels } of messages) add('sluice_notification_deliveries_total', labels, count);
  for (const { count, status } of deliveries) add('sluice_webhook_deliveries_total', { status }, count);
}

async function setParts({ readiness, metrics }: HouseMetricsDeps): Promise<void> {
  const { checks } = await readiness.check();
  for (const [part, { status }] of Object.entries(checks))
    metrics.set('sluice_part_up', { part }, status === 'up' ? 1 : 0);
}

async function setQueues({ temporal, metrics }: HouseMetricsDeps): Promise<void> {
  const names = Object.keys(taskQueues) as TaskQueue[];
  const asked = names.flatMap((queue) =>
    (['workflows', 'activities'] as const)
      .filter((type) => type === 'activities' || queue === 'flow')
      .map((type) => ({ queue, type })),
  );
  const seen = await temporal
    .withDeadline(Date.now() + QUEUE_LIMIT_MS, () =>
      everyAnswer(
        asked.map(({ queue, type }) =>
          lookAtQueue(temporal, { name: taskQueues[queue], type, withBacklog: true }),
        ),
      ),
    )
    .catch(() => undefined);
  for (const name of [
    'sluice_queue_pollers',
    'sluice_queue_backlog',
    'sluice_queue_backlog_age_seconds',
  ] as const)
    metrics.clear(name);
  seen?.forEach(({ pollers, backlog, oldestMs }, index) => {
    const labels = asked[index];
    if (labels === undefined) return;
    metrics.set('sluice_queue_pollers', labels, pollers);
    metrics.set('sluice_queue_backlog', labels, backlog);
    metrics.set('sluice_queue_backlog_age_seconds', labels, oldestMs / 1_000);
  });
}
