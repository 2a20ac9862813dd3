import type { MaintenanceSummary } from '../../contracts/runs/maintenance.js';
import { checking } from './proxies.js';

/** Compares silent runs with their workflows and closes or flags what fell apart. */
export async function reconcileRuns(): Promise<MaintenanceSummary> {
  return checking.checkRuns();
}
