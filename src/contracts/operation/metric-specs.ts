/**
 * Every metric of our own. The registries, the reference and the checks of dashboards and alerts are made from this table.
 * Each label takes its values from a fixed set: route patterns, names of activities, statuses. `capped` labels take what an
 * installation names; the registry stops at 50 of them.
 */

interface MetricSpecShape {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** `house`: counted in PostgreSQL or asked of Temporal by every API; replicas agree, so take the `max` of them. */
  readonly from: 'api' | 'worker' | 'process' | 'house';
  readonly help: string;
  readonly labels: readonly string[];
  readonly capped?: readonly string[];
  readonly buckets?: readonly number[];
}

const REQUEST_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ACTIVITY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const metricSpecs = {
  sluice_build_info: {
    type: 'gauge',
    from: 'process',
    help: 'Always 1. The labels say which version runs, and on which Node.',
    labels: ['version', 'node'],
  },
  sluice_database_connections: {
    type: 'gauge',
    from: 'process',
    help: 'Connections of the pool.',
    labels: [],
  },
  sluice_database_connections_max: {
    type: 'gauge',
    from: 'process',
    help: 'Connections that the pool may have (DATABASE_POOL_MAX).',
    labels: [],
  },
  sluice_database_idle: {
    type: 'gauge',
    from: 'process',
    help: 'Connections of the pool that nobody uses.',
    labels: [],
  },
  sluice_database_waiting: {
    type: 'gauge',
    from: 'process',
    help: 'Callers that wait for a connection of the pool.',
    labels: [],
  },

  sluice_http_request_duration_seconds: {
    type: 'histogram',
    from: 'api',
    help: 'Requests, by how long they took. Streams count until their first byte.',
    labels: ['method', 'route', 'status'],
    buckets: REQUEST_SECONDS,
  },
  sluice_http_rate_limited_total: {
    type: 'counter',
    from: 'api',
    help: 'Requests refused by the rate limit.',
    labels: [],
  },
  sluice_cache_reads_total: {
    type: 'counter',
    from: 'api',
    help: 'Reads of the cache, by what they came to: hit, miss, bypass or error.',
    labels: ['namespace', 'outcome'],
  },
  sluice_event_streams: {
    type: 'gauge',
    from: 'api',
    help: 'Open event streams, SSE and WebSocket.',
    labels: [],
  },
  sluice_house_read_failures_total: {
    type: 'counter',
    from: 'api',
    help: 'Scrapes for which PostgreSQL did not answer, so that the metrics of the house are missing.',
    labels: [],
  },

  sluice_part_up: {
    type: 'gauge',
    from: 'house',
    help: '1 while the part answers this API, as in /readyz: postgres, temporal, workers, maintenance, redis, objectStore.',
    labels: ['part'],
  },
  sluice_queue_pollers: {
    type: 'gauge',
    from: 'house',
    help: 'Workers that asked a task queue for work within the last minute. Absent while Temporal is away.',
    labels: ['queue', 'type'],
  },
  sluice_queue_backlog: {
    type: 'gauge',
    from: 'house',
    help: 'Tasks that no worker has taken yet, by the estimate of Temporal.',
    labels: ['queue', 'type'],
  },
  sluice_queue_backlog_age_seconds: {
    type: 'gauge',
    from: 'house',
    help: 'How long the oldest task of a queue waits.',
    labels: ['queue', 'type'],
  },
  sluice_runs: {
    type: 'gauge',
    from: 'house',
    help: 'Runs that have not ended.',
    labels: ['kind', 'status'],
  },
  sluice_run_oldest_queued_seconds: {
    type: 'gauge',
    from: 'house',
    help: 'How long the oldest run waits for its start; 0 when none waits.',
    labels: [],
  },
  sluice_runs_finished_total: {
    type: 'counter',
    from: 'house',
    help: 'Runs that ended since this API started.',
    labels: ['kind', 'status'],
  },
  sluice_run_seconds_total: {
    type: 'counter',
    from: 'house',
    help: 'Seconds from start to end of the runs that ended, waiting for people included.',
    labels: ['kind', 'status'],
  },
  sluice_steps_running: {
    type: 'gauge',
    from: 'house',
    help: 'Steps of sessions that work now.',
    labels: [],
  },
  sluice_steps_finished_total: {
    type: 'counter',
    from: 'house',
    help: 'Steps of sessions that ended.',
    labels: ['step', 'status'],
  },
  sluice_step_seconds_total: {
    type: 'counter',
    from: 'house',
    help: 'Seconds from start to end of the steps that ended, retries included.',
    labels: ['step', 'status'],
  },
  sluice_step_retries_total: {
    type: 'counter',
    from: 'house',
    help: 'Tries beyond the first of the steps that ended.',
    labels: ['step'],
  },
  sluice_gates_waiting: {
    type: 'gauge',
    from: 'house',
    help: 'Gates that wait for a decision.',
    labels: [],
  },
  sluice_gate_oldest_wait_seconds: {
    type: 'gauge',
    from: 'house',
    help: 'How long the oldest open gate waits; 0 when none waits.',
    labels: [],
  },
  sluice_gates_decided_total: {
    type: 'counter',
    from: 'house',
    help: 'Gates that were closed, by how.',
    labels: ['status'],
  },
  sluice_model_calls_total: {
    type: 'counter',
    from: 'house',
    help: 'Steps that a model answered or failed to answer.',
    labels: ['provider', 'model', 'status'],
    capped: ['provider', 'model'],
  },
  sluice_model_tokens_total: {
    type: 'counter',
    from: 'house',
    help: 'Tokens of the steps that ended: in, out, cached (part of in), reasoning (part of out).',
    labels: ['provider', 'model', 'direction'],
    capped: ['provider', 'model'],
  },
  sluice_model_cost_usd_total: {
    type: 'counter',
    from: 'house',
    help: 'Cost of the steps that ended, where the price of the model is known.',
    labels: ['provider', 'model'],
    capped: ['provider', 'model'],
  },
  sluice_sql_statements: {
    type: 'gauge',
    from: 'house',
    help: 'SQL runs by place: waiting for one, admitted (runs now), following (waits for the same statement).',
    labels: ['place'],
  },
  sluice_notification_deliveries_total: {
    type: 'counter',
    from: 'house',
    help: 'Mails and push messages whose delivery ended; `unknown` means that a crash hid the outcome.',
    labels: ['channel', 'status'],
  },
  sluice_webhook_deliveries_waiting: {
    type: 'gauge',
    from: 'house',
    help: 'Deliveries to webhooks that have not ended.',
    labels: [],
  },
  sluice_webhook_oldest_due_seconds: {
    type: 'gauge',
    from: 'house',
    help: 'How long the oldest delivery is due; 0 when none is.',
    labels: [],
  },
  sluice_webhook_deliveries_total: {
    type: 'counter',
    from: 'house',
    help: 'Deliveries to webhooks that ended.',
    labels: ['status'],
  },
  sluice_dead_letters: {
    type: 'gauge',
    from: 'house',
    help: 'Dead letters that nobody has replayed.',
    labels: ['kind'],
  },
  sluice_audit_unsealed: {
    type: 'gauge',
    from: 'house',
    help: 'Audit entries that the chain does not hold yet.',
    labels: [],
  },

  sluice_activity_duration_seconds: {
    type: 'histogram',
    from: 'worker',
    help: 'Tries of activities, by how long they took and how they ended: completed, failed or canceled.',
    labels: ['activity', 'queue', 'outcome'],
    buckets: ACTIVITY_SECONDS,
  },
  sluice_activities_running: {
    type: 'gauge',
    from: 'worker',
    help: 'Activities that this worker runs now.',
    labels: ['queue'],
  },
} as const satisfies Record<string, MetricSpecShape>;

export type MetricName = keyof typeof metricSpecs;
export type MetricSpec = MetricSpecShape;
export type MetricLabels<Name extends MetricName> = Readonly<
  Record<(typeof metricSpecs)[Name]['labels'][number], string | number>
>;
