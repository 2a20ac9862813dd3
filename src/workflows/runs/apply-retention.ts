import type { MaintenanceSummary } from '../../contracts/runs/maintenance.js';
import { retention } from './proxies.js';

/** Removes what is kept no longer. */
export async function applyRetention(): Promise<MaintenanceSummary> {
  return retention.removeExpired();
}
