import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { ensurePermits, renewPermit, returnPermit, takePermit } from '../../db/notifications/mail-permits.js';
import type { Db } from '../../db/base/sql.js';

/**
 * So many mails at once, over every run and every worker.
 *
 * P1. A place is leased from PostgreSQL and handed from mail to mail inside this process while somebody here waits.
 * P2. No mail begins on a lease with less time left than a mail may take. An expired lease has none under way.
 * P3. A place that another process waits for is given back at the next renewal.
 * P4. A process that dies leaves its places to their leases.
 */
export interface MailPermits {
  /** Waits for a place, does the work on it, and passes the place on. Fails when the signal says stop. */
  use<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

export interface PermitOptions {
  readonly db: Db;
  readonly count: number;
  /** Longer than any mail may take. */
  readonly leaseMs: number;
  /** A mail begins only on a lease with this much time left. */
  readonly mailMs: number;
}

const LOOK_MS = 100;
/** How often it is asked whether others wait. */
const RENEW_MS = 1_000;

interface Place {
  readonly slot: number;
  renewedAt: number;
}

interface Waiter {
  give(place: Place): void;
}

export function createMailPermits(options: PermitOptions): MailPermits {
  const places = new Places(options);
  return {
    async use(signal, work) {
      const place = await places.wait(signal);
      try {
        return await work();
      } finally {
        // Not waited for: who has sent a mail records it meanwhile.
        void places.passOn(place);
      }
    },
  };
}

class Places {
  readonly #holder = randomUUID();
  readonly #waiters: Waiter[] = [];
  #isLooking = false;
  #held = 0;
  #areThere = false;
  readonly #options: PermitOptions;

  constructor(options: PermitOptions) {
    this.#options = options;
  }

  wait(signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        give(place) {
          signal.removeEventListener('abort', leave);
          resolve(place);
        },
      };
      const leave = (): void => {
        const index = this.#waiters.indexOf(waiter);
        if (index >= 0) this.#waiters.splice(index, 1);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
      this.#waiters.push(waiter);
      void this.#look();
    });
  }

  /** To the next waiting mail, or back to PostgreSQL. */
  async passOn(place: Place): Promise<void> {
    if (this.#waiters.length > 0 && (await this.#isStillOurs(place))) {
      const next = this.#waiters.shift();
      if (next !== undefined) return next.give(place);
    }
    this.#held -= 1;
    await returnPermit(this.#options.db, this.#holder, place.slot).catch(() => undefined);
    if (this.#waiters.length > 0) void this.#look();
  }

  /** A process asks once at a time, while a mail waits and other processes may hold places. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#waiters.length > 0 && this.#held < this.#options.count) {
        const askedAt = performance.now();
        // While PostgreSQL is away nobody begins anything, and those who wait go on waiting.
        const slot = await this.#take().catch(() => undefined);
        if (slot === undefined) await setTimeout(LOOK_MS);
        else {
          this.#held += 1;
          await this.passOn({ slot, renewedAt: askedAt });
        }
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async #take(): Promise<number | undefined> {
    const { db, count, leaseMs } = this.#options;
    if (!this.#areThere) await ensurePermits(db, count);
    this.#areThere = true;
    return takePermit(db, this.#holder, { count, leaseMs });
  }

  async #isStillOurs(place: Place): Promise<boolean> {
    const { db, leaseMs, mailMs } = this.#options;
    const age = performance.now() - place.renewedAt;
    if (age < RENEW_MS) return true;
    const askedAt = performance.now();
    const renewed = { slot: place.slot, leaseMs };
    const state = await renewPermit(db, this.#holder, renewed).catch(() => undefined);
    if (state === undefined) return age + mailMs < leaseMs;
    place.renewedAt = askedAt;
    return state === 'kept';
  }
}
