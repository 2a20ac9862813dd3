import type { MaintenanceSummary } from '../../contracts/runs/maintenance.js';
import { sweeping } from './proxies.js';

/** Starts what was accepted while Temporal was away, and repeats cancels that did not arrive. */
export async function sweepUnstartedRuns(): Promise<MaintenanceSummary> {
  return sweeping.sweepRuns();
}
