import type { Pool } from 'pg';
import type { AuditSigner } from '../../crypto/audit-chain.js';
import { sealAuditLog } from '../../db/audit/seal.js';

export interface AuditSealer {
  /** Seals everything committed before the call, waiting for another sealer if need be. */
  sealNow(): Promise<void>;
  /** Ends the rhythm and waits for the pass that runs. */
  stop(): Promise<void>;
}

export interface AuditSealerOptions {
  readonly pool: Pool;
  readonly signer: AuditSigner;
  /** How long an entry waits at most for its place in the chain, as long as the process lives. */
  readonly intervalMs?: number;
  onError(error: unknown): void;
}

/** Seals in a rhythm of its own. Any number of processes may run a sealer: with another at work, a turn is skipped. */
export function startAuditSealer(options: AuditSealerOptions): AuditSealer {
  const { pool, signer, intervalMs = 1_000 } = options;
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const pass = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      await sealAuditLog(pool, { signer, whenBusy: 'skip' });
    } catch (error) {
      options.onError(error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void (running = pass()), intervalMs);
  timer.unref();
  return {
    sealNow: async () => void (await sealAuditLog(pool, { signer, whenBusy: 'wait' })),
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
