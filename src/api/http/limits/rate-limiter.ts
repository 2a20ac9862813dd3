import { LRUCache } from 'lru-cache';
import type { Logger } from '../../../platform/logger.js';
import { within } from '../../../platform/within.js';
import type { RateLimitStore } from './rate-limit-store.js';

/**
 * A limit for each key that holds across processes, without a round trip for each request.
 *
 * L1. Permits come from the store in batches, and a batch is used up here. The store never gives out more than the
 *     limit in a window, so all processes together never exceed it.
 * L2. A batch is a small part of the rest. The last permits come one by one, and no process hoards them.
 * L3. The store being down or slow refuses nobody: this process then counts alone until the window ends.
 */
export interface RateLimitVerdict {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export interface RateLimiter {
  /** Takes one permit of the key; gives an answer without waiting where it can. */
  take(key: string, limit: number): RateLimitVerdict | Promise<RateLimitVerdict>;
}

export interface RateLimiterOptions {
  readonly store: RateLimitStore;
  readonly logger: Logger;
  readonly windowMs?: number;
  readonly now?: () => number;
}

interface Window {
  readonly endsAt: number;
  /** Permits that are ours to give. */
  leased: number;
  /** The store's rest for everybody after our last batch. */
  elsewhere: number;
  refill: Promise<void> | undefined;
}

const WINDOW_MS = 60_000;
const MAX_KEYS = 50_000;
const PART = 20;
const LARGEST_BATCH = 1_000;
const STORE_TIMEOUT_MS = 250;
const STORE_PAUSE_MS = 2_000;

export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  return new LeasingRateLimiter(options);
}

class LeasingRateLimiter implements RateLimiter {
  readonly #windows = new LRUCache<string, Window>({ max: MAX_KEYS });
  readonly #opening = new Map<string, Promise<Window>>();
  readonly #windowMs: number;
  readonly #now: () => number;
  #avoidStoreUntil = 0;
  readonly #options: RateLimiterOptions;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#windowMs = options.windowMs ?? WINDOW_MS;
    this.#now = options.now ?? (() => performance.now());
  }

  take(key: string, limit: number): RateLimitVerdict | Promise<RateLimitVerdict> {
    const window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= this.#now()) return this.#takeSlowly(key, limit);
    if (window.leased > 0) {
      window.leased -= 1;
      return this.#verdict(window, limit, true);
    }
    if (window.elsewhere === 0 && window.refill === undefined) return this.#verdict(window, limit, false);
    return this.#takeSlowly(key, limit);
  }

  async #takeSlowly(key: string, limit: number): Promise<RateLimitVerdict> {
    for (;;) {
      const window = this.#current(key) ?? (await this.#open(key, limit));
      if (window.leased > 0) {
        window.leased -= 1;
        return this.#verdict(window, limit, true);
      }
      if (window.elsewhere === 0 && window.refill === undefined) return this.#verdict(window, limit, false);
      window.refill ??= this.#refill(key, limit, window);
      await window.refill;
    }
  }

  #current(key: string): Window | undefined {
    const window = this.#windows.get(key);
    return window === undefined || window.endsAt <= this.#now() ? undefined : window;
  }

  /** The first batch of a window, asked for once however many requests wait for it. */
  #open(key: string, limit: number): Promise<Window> {
    const opening = this.#opening.get(key);
    if (opening !== undefined) return opening;
    const opened = this.#lease(key, limit, batchOf(limit))
      .then((window) => {
        this.#windows.set(key, window);
        return window;
      })
      .finally(() => this.#opening.delete(key));
    this.#opening.set(key, opened);
    return opened;
  }

  async #refill(key: string, limit: number, window: Window): Promise<void> {
    // A window that ended meanwhile ended in the store as well: the batch belongs to the next one.
    this.#windows.set(key, await this.#lease(key, limit, batchOf(window.elsewhere)));
  }

  async #lease(key: string, limit: number, want: number): Promise<Window> {
    if (this.#now() >= this.#avoidStoreUntil) {
      try {
        const asked = { key, want, limit, windowMs: this.#windowMs };
        const lease = await within(this.#options.store.take(asked), STORE_TIMEOUT_MS);
        return {
          endsAt: this.#now() + lease.resetMs,
          leased: lease.granted,
          elsewhere: lease.granted < want ? 0 : lease.remaining,
          refill: undefined,
        };
      } catch (error) {
        this.#avoidStoreUntil = this.#now() + STORE_PAUSE_MS;
        this.#options.logger.warn(
          { err: error },
          'the rate limit is counted by this process alone for a while',
        );
      }
    }
    return {
      endsAt: this.#now() + this.#windowMs,
      leased: limit,
      elsewhere: 0,
      refill: undefined,
    };
  }

  #verdict(window: Window, limit: number, allowed: boolean): RateLimitVerdict {
    return {
      allowed,
      limit,
      remaining: Math.min(limit, window.leased + window.elsewhere),
      resetSeconds: Math.max(1, Math.ceil((window.endsAt - this.#now()) / 1_000)),
    };
  }
}

function batchOf(left: number): number {
  return Math.min(LARGEST_BATCH, Math.max(1, Math.floor(left / PART)));
}
