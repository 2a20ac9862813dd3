import { LRUCache } from 'lru-cache';
import type { Principal } from '../../../contracts/users/principal.js';

/**
 * The principal of a token, for a few seconds: a request need not cost a look-up.
 *
 * C1. A change drops the user's entries on every process as it commits. Without a listener nothing is kept at all.
 * C2. A look-up from before a drop is not stored after it: it may have read the old rights.
 * C3. No entry outlives its token.
 */
export interface Found {
  readonly principal: Principal;
  /** How long the token is good for; infinite when it does not expire. */
  readonly leftMs: number;
}

const KEPT_MS = 5_000;
const MAX_ENTRIES = 10_000;

export class PrincipalCache {
  readonly #entries = new LRUCache<string, Principal>({ max: MAX_ENTRIES });
  #drops = 0;
  readonly #isListening: () => boolean;

  constructor(isListening: () => boolean) {
    this.#isListening = isListening;
  }

  async get(key: string, load: () => Promise<Found | undefined>): Promise<Principal | undefined> {
    const kept = this.#isListening() ? this.#entries.get(key) : undefined;
    if (kept !== undefined) return kept;
    const drops = this.#drops;
    const found = await load();
    if (found === undefined) return undefined;
    const principal = Number.isFinite(found.leftMs)
      ? { ...found.principal, goodUntilMs: Date.now() + found.leftMs }
      : found.principal;
    const ttl = Math.floor(Math.min(KEPT_MS, found.leftMs));
    if (ttl > 0 && drops === this.#drops && this.#isListening()) this.#entries.set(key, principal, { ttl });
    return principal;
  }

  forget(key: string): void {
    this.#drops += 1;
    this.#entries.delete(key);
  }

  forgetUser(userId: string): void {
    this.#drops += 1;
    for (const [key, principal] of this.#entries.entries())
      if (principal.userId === userId) this.#entries.delete(key);
  }

  forgetAll(): void {
    this.#drops += 1;
    this.#entries.clear();
  }
}
