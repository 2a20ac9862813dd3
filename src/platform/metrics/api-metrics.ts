import type { MetricLabels, MetricName } from '../../contracts/operation/metric-specs.js';
import { MetricRegistry } from './registry.js';

/** The API's half of the metrics. Labels are route patterns, never addresses: their number stays that of the routes. */
export interface ApiMetrics {
  readonly contentType: string;
  render(): Promise<string>;
  request(seen: { method: string; route: string; status: number; seconds: number }): void;
  rateLimited(): void;
  /** A read of the cache, by what it came to. */
  cache(namespace: string, outcome: string): void;
  add<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, by?: number): void;
  set<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, value: number): void;
  clear(name: MetricName): void;
  onScrape(look: () => Promise<void> | void): void;
}

export function createApiMetrics(): ApiMetrics {
  const registry = new MetricRegistry(['api', 'process', 'house']);
  return {
    contentType: registry.contentType,
    render: () => registry.render(),
    request: ({ seconds, ...labels }) =>
      registry.observe('sluice_http_request_duration_seconds', labels, seconds),
    rateLimited: () => registry.add('sluice_http_rate_limited_total', {}),
    cache: (namespace, outcome) => registry.add('sluice_cache_reads_total', { namespace, outcome }),
    add: (name, labels, by) => registry.add(name, labels, by),
    set: (name, labels, value) => registry.set(name, labels, value),
    clear: (name) => registry.clear(name),
    onScrape: (look) => registry.onScrape(look),
  };
}
