import type { NotifyCounts } from '../../contracts/notifications/workflow.js';

/** The rest is for the result, which is written once all offices are through. */
const PERCENT_OF_SENDING = 95;

export function progressOfRun(counts: NotifyCounts, totalOffices: number) {
  const percent = totalOffices === 0 ? 0 : Math.round((PERCENT_OF_SENDING * counts.offices) / totalOffices);
  return {
    percent: Math.min(PERCENT_OF_SENDING, percent),
    phase: 'notify',
    offices_total: totalOffices,
    ...shownCounts(counts),
  };
}

/** The counts under the names that readers know. */
export function shownCounts({ offices, officesFailed, sent, failed }: NotifyCounts) {
  return { offices_processed: offices, offices_failed: officesFailed, sent, failed };
}

/** For readers of the Temporal Web UI. */
export function describeRun(
  { offices, officesFailed, sent, failed }: NotifyCounts,
  totalOffices: number,
): string {
  const failures = officesFailed === 0 ? '' : `, **${officesFailed}** failed`;
  return `**${offices}** of ${totalOffices} offices${failures}; ${sent} messages sent, ${failed} failed`;
}
