import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * The API's metrics for Prometheus. Labels are route patterns, never addresses: their number stays that of the routes.
 */
export interface ApiMetrics {
  readonly contentType: string;
  render(): Promise<string>;
  request(seen: { method: string; route: string; status: number; seconds: number }): void;
  rateLimited(): void;
  /** A read of the cache, by what it came to. */
  cache(namespace: string, outcome: string): void;
  /** A number that is asked for when somebody looks. */
  gauge(name: string, help: string, read: () => number): void;
}

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createApiMetrics(): ApiMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'sluice_' });
  const requests = new Histogram({
    name: 'sluice_http_request_duration_seconds',
    help: 'Requests, by how long they took. Streams count until their first byte.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const limited = new Counter({
    name: 'sluice_http_rate_limited_total',
    help: 'Requests refused by the rate limit.',
    registers,
  });
  const cached = new Counter({
    name: 'sluice_cache_reads_total',
    help: 'Reads of the cache, by what they came to.',
    labelNames: ['namespace', 'outcome'],
    registers,
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    request: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    rateLimited: () => limited.inc(),
    cache: (namespace, outcome) => cached.inc({ namespace, outcome }),
    gauge(name, help, read) {
      const gauge: Gauge = new Gauge({
        name: `sluice_${name}`,
        help,
        registers,
        collect: () => gauge.set(read()),
      });
    },
  };
}
