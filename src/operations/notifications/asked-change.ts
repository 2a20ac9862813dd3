import type { Origin, Principal } from '../../contracts/users/principal.js';

/** A change of a setting, as a person asked for it. */
export interface AskedChange {
  readonly principal: Principal;
  readonly origin: Origin;
  readonly reason: string | undefined;
  /** Throws when the caller has read another version. */
  readonly checkVersion: (version: number) => void;
}
