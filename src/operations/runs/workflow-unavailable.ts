import { Refusal } from '../../contracts/refusal.js';

/** No worker answered in time: the command may still take effect, and its key makes a repeat harmless. */
export function workflowUnavailable(cause: unknown): Refusal {
  const detail = 'Nothing was lost: send the same command with the same Idempotency-Key again.';
  return new Refusal('workflow_unavailable', { detail, retryAfterSeconds: 3, cause });
}
