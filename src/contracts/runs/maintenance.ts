/** The number of done items, by name. */
export type MaintenanceSummary = Readonly<Record<string, number>>;

export interface MaintenanceActivities {
  sweepRuns(): Promise<MaintenanceSummary>;
  checkRuns(): Promise<MaintenanceSummary>;
  removeExpired(): Promise<MaintenanceSummary>;
}
