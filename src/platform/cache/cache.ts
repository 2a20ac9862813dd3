import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { cacheTtlSeconds, type CacheNamespace } from '../../contracts/cache-namespaces.js';
import { cacheDroppedChannel } from '../../contracts/names.js';
import { CircuitBreaker } from './breaker.js';
import { currentMeter } from '../query-meter.js';
import { within } from '../within.js';

/**
 * A cache that nothing depends on for being right.
 *
 * C1. A namespace is dropped as a whole, by moving its generation on. A value is kept under the generation from before
 *     its load. A read older than a drop is never seen after it.
 * C2. The drop is announced inside the transaction (NOTIFY is delivered at its commit, or never). Every process drops
 *     on hearing it; the writer does not wait.
 * C3. Loads of one key under one generation are one load. A load that began before a drop is not joined after it.
 * C4. A store that is down, slow or corrupt costs a few reads `budgetMs` each. Then the breaker opens and reads go to
 *     the database.
 * C5. While a drop could not be delivered, or announcements cannot be heard where they are needed, reads bypass.
 */
export type CacheOutcome = 'hit' | 'miss' | 'bypass' | 'error';

export interface CacheMetrics {
  count(namespace: string, outcome: CacheOutcome): void;
}

export interface CacheEntry {
  /** The generation to store a loaded value under; undefined when it is unknown and nothing may be stored. */
  readonly generation: string | undefined;
  readonly text: string | undefined;
}

/** Where the values are. */
export interface CacheStore {
  /** Whether another process's drop reaches this store only by being announced to this process. */
  readonly needsAnnouncements: boolean;
  get(namespace: string, key: string): Promise<CacheEntry>;
  set(
    namespace: string,
    key: string,
    entry: { generation: string; text: string; ttlMs: number },
  ): Promise<void>;
  /** Idempotent by token: the same drop may arrive from several processes. Gives nothing when it is done at once. */
  drop(namespace: string, token: string): Promise<void> | undefined;
}

/** The part of a transaction that a drop needs. */
export interface DroppingTransaction {
  query<Row extends Record<string, unknown>>(text: string, values: unknown[]): Promise<{ rows: Row[] }>;
  afterCommit(action: () => void): void;
}

export interface Cache {
  /** The value of a key, from the store or from `load`. Errors of `load` pass through and are not kept. */
  read<Value>(namespace: CacheNamespace, key: string, load: () => Promise<Value>): Promise<Value>;
  /** Called in the transaction of a change: drops the namespace on every process once it commits. */
  dropOnCommit(tx: DroppingTransaction, namespace: CacheNamespace): Promise<void>;
  /** A payload heard on `cacheDroppedChannel`. */
  announced(payload: string): void;
  /** Announcements may have been missed (a listener has just connected): everything is dropped. */
  mayHaveMissed(): void;
}

export interface CacheOptions {
  readonly store: CacheStore;
  readonly ttlSeconds?: Readonly<Record<CacheNamespace, number>>;
  readonly metrics: CacheMetrics;
  /** Whether announcements are heard right now. */
  readonly isListening: () => boolean;
  readonly budgetMs?: number;
}

const BUDGET_MS = 25;
const OWED_RETRY_MS = 500;

export class CacheGarbageError extends Error {
  override readonly name = 'CacheGarbageError';
}

export function createCache(options: CacheOptions): Cache {
  return new GenerationCache(options);
}

class GenerationCache implements Cache {
  readonly #breaker = new CircuitBreaker();
  readonly #flights = new Map<string, Promise<unknown>>();
  /** Drops seen by this process, by namespace: a load that began under another count is neither joined nor stored. */
  readonly #epochs = new Map<string, number>();
  /** Drops of this process that the store has not confirmed yet. */
  readonly #owed = new Map<string, Set<string>>();
  readonly #retrying = new Set<string>();
  /**
   * Drops already carried out here, so that a process is not told of its own change. A token may drop several
   * namespaces.
   */
  readonly #heard = new LRUCache<string, true>({ max: 1_000 });
  readonly #options: CacheOptions;

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  async read<Value>(namespace: CacheNamespace, key: string, load: () => Promise<Value>): Promise<Value> {
    const epoch = this.#epoch(namespace);
    const found = await this.#lookUp(namespace, key);
    if (found === 'bypass' || epoch !== this.#epoch(namespace)) {
      this.#report(namespace, 'bypass');
      return this.#load(`${namespace}|bypass|${this.#epoch(namespace)}|${key}`, load);
    }
    if (found.value !== undefined) {
      this.#report(namespace, 'hit');
      return found.value.parsed as Value;
    }
    this.#report(namespace, 'miss');
    const { generation } = found;
    const value = await this.#load(`${namespace}|${generation ?? ''}|${epoch}|${key}`, load);
    if (generation !== undefined && epoch === this.#epoch(namespace))
      this.#store(namespace, key, { generation, value });
    return value;
  }

  async dropOnCommit(tx: DroppingTransaction, namespace: CacheNamespace): Promise<void> {
    // A table's own trigger announces under the same token, so that both are one drop.
    const { rows } = await tx.query<{ token: string }>(
      `select pg_notify($1::text, $2::text || ':' || pg_current_xact_id()), pg_current_xact_id()::text as token`,
      [cacheDroppedChannel, namespace],
    );
    const token = rows[0]?.token ?? randomUUID();
    tx.afterCommit(() => this.#drop(namespace, token));
  }

  announced(payload: string): void {
    const [namespace, token] = payload.split(':');
    if (namespace === undefined || token === undefined || !isNamespace(namespace)) return;
    if (!this.#heard.has(`${namespace}:${token}`)) this.#drop(namespace, token);
  }

  mayHaveMissed(): void {
    for (const namespace of Object.keys(cacheTtlSeconds)) this.#drop(namespace, randomUUID());
  }

  async #lookUp(
    namespace: string,
    key: string,
  ): Promise<'bypass' | { generation: string | undefined; value: { parsed: unknown } | undefined }> {
    const { store, isListening } = this.#options;
    if (this.#owed.has(namespace) || (store.needsAnnouncements && !isListening())) return 'bypass';
    if (!this.#breaker.mayTry()) return 'bypass';
    try {
      const entry = await within(store.get(namespace, key), this.#options.budgetMs ?? BUDGET_MS);
      this.#breaker.succeeded();
      // A drop of this process that came while we asked is newer than the answer.
      if (this.#owed.has(namespace)) return 'bypass';
      const value = entry.text === undefined ? undefined : { parsed: parse(entry.text) };
      return { generation: entry.generation, value };
    } catch (error) {
      this.#options.metrics.count(namespace, 'error');
      if (error instanceof CacheGarbageError) this.#drop(namespace, randomUUID());
      else this.#breaker.failed();
      return 'bypass';
    }
  }

  async #load<Value>(flight: string, load: () => Promise<Value>): Promise<Value> {
    const running = this.#flights.get(flight) as Promise<Value> | undefined;
    if (running !== undefined) return running;
    const started = load().finally(() => this.#flights.delete(flight));
    this.#flights.set(flight, started);
    return started;
  }

  #store(
    namespace: CacheNamespace,
    key: string,
    { generation, value }: { readonly generation: string; readonly value: unknown },
  ): void {
    const ttlSeconds = (this.#options.ttlSeconds ?? cacheTtlSeconds)[namespace];
    // Up to a tenth less, so that what was loaded together does not expire together.
    const ttlMs = Math.round(ttlSeconds * 1_000 * (1 - Math.random() / 10));
    const text = JSON.stringify(value);
    if (text === undefined || ttlMs <= 0) return;
    this.#options.store.set(namespace, key, { generation, text, ttlMs }).catch(() => {
      this.#options.metrics.count(namespace, 'error');
      this.#breaker.failed();
    });
  }

  #drop(namespace: string, token: string): void {
    this.#epochs.set(namespace, this.#epoch(namespace) + 1);
    this.#heard.set(`${namespace}:${token}`, true);
    this.#owedTo(namespace).add(token);
    this.#deliver(namespace, token, [token]);
  }

  #deliver(namespace: string, token: string, covered: readonly string[]): void {
    const delivery = this.#options.store.drop(namespace, token);
    if (delivery === undefined) return this.#settle(namespace, covered);
    delivery.then(
      () => this.#settle(namespace, covered),
      () => this.#retryLater(namespace),
    );
  }

  /** A later drop stands for all that failed before it. */
  #retryLater(namespace: string): void {
    this.#options.metrics.count(namespace, 'error');
    if (this.#retrying.has(namespace)) return;
    this.#retrying.add(namespace);
    setTimeout(() => {
      this.#retrying.delete(namespace);
      this.#deliver(namespace, randomUUID(), [...this.#owedTo(namespace)]);
    }, OWED_RETRY_MS).unref();
  }

  #settle(namespace: string, tokens: readonly string[]): void {
    const owed = this.#owedTo(namespace);
    for (const token of tokens) owed.delete(token);
    if (owed.size === 0) this.#owed.delete(namespace);
  }

  #owedTo(namespace: string): Set<string> {
    const owed = this.#owed.get(namespace) ?? new Set<string>();
    this.#owed.set(namespace, owed);
    return owed;
  }

  #epoch(namespace: string): number {
    return this.#epochs.get(namespace) ?? 0;
  }

  #report(namespace: string, outcome: 'hit' | 'miss' | 'bypass'): void {
    this.#options.metrics.count(namespace, outcome);
    const meter = currentMeter();
    if (meter !== undefined) meter.cache = outcome;
  }
}

function isNamespace(text: string): text is CacheNamespace {
  return Object.hasOwn(cacheTtlSeconds, text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CacheGarbageError('a cached value is not JSON', { cause });
  }
}
