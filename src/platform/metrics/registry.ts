import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  metricSpecs,
  type MetricLabels,
  type MetricName,
  type MetricSpec,
} from '../../contracts/operation/metric-specs.js';

const MOST_VALUES = 50;
/** Stands for all values of a capped label beyond the first ones. */
const OTHER = 'other';

type Kind = MetricSpec['from'];
type Labels = Readonly<Record<string, string | number>>;

/** The metrics of one process. Names and labels come from the table, so an unknown one does not compile. */
export class MetricRegistry {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #looks: (() => Promise<void> | void)[] = [];

  constructor(kinds: readonly Kind[]) {
    this.contentType = this.#registry.contentType;
    collectDefaultMetrics({ register: this.#registry, prefix: 'sluice_' });
    for (const [name, spec] of Object.entries<MetricSpec>(metricSpecs)) {
      if (kinds.includes(spec.from)) this.#make(name, spec);
    }
  }

  /** `look` sets what is only known when somebody asks. */
  onScrape(look: () => Promise<void> | void): void {
    this.#looks.push(look);
  }

  async render(): Promise<string> {
    await Promise.all(this.#looks.map(async (look) => look()));
    return this.#registry.metrics();
  }

  add<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, by = 1): void {
    this.#counters.get(name)?.inc(this.#capped(name, labels), by);
  }

  set<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, value: number): void {
    this.#gauges.get(name)?.set(this.#capped(name, labels), value);
  }

  observe<Name extends MetricName>(name: Name, labels: MetricLabels<Name>, value: number): void {
    this.#histograms.get(name)?.observe(this.#capped(name, labels), value);
  }

  /** Removes the values of a gauge, so that a series that is gone is not exported again. */
  clear(name: MetricName): void {
    this.#gauges.get(name)?.reset();
  }

  #make(name: string, { type, help, labels, buckets }: MetricSpec): void {
    const options = { name, help, labelNames: [...labels], registers: [this.#registry] };
    switch (type) {
      case 'counter':
        this.#counters.set(name, new Counter(options));
        break;
      case 'gauge':
        this.#gauges.set(name, new Gauge(options));
        break;
      case 'histogram':
        this.#histograms.set(name, new Histogram({ ...options, buckets: [...(buckets ?? [])] }));
        break;
    }
  }

  #capped(name: MetricName, labels: Labels): Record<string, string | number> {
    const { capped = [] }: MetricSpec = metricSpecs[name];
    const bounded: Record<string, string | number> = { ...labels };
    for (const label of capped) bounded[label] = this.#bound(`${name} ${label}`, String(labels[label]));
    return bounded;
  }

  #bound(place: string, value: string): string {
    const seen = this.#seen.get(place) ?? new Set();
    this.#seen.set(place, seen);
    if (seen.has(value)) return value;
    if (seen.size >= MOST_VALUES) return OTHER;
    seen.add(value);
    return value;
  }
}
