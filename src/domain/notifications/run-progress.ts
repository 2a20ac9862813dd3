import type { NotifyCounts } from '../../contracts/notifications/workflow.js';

/** The rest is for the result, which is written once all offices are through. */
const PERCENT_OF_SENDING = 95;

export function progressOfRun(counts: NotifyCounts, totalOffices: number) {
  const { offices, officesFailed, sent, failed } = counts;
  const percent = totalOffices === 0 ? 0 : Math.round((PERCENT_OF_SENDING * offices) / totalOffices);
  return {
    percent: Math.min(PERCENT_OF_SENDING, percent),
    phase: 'notify',
    offices_processed: offices,
    offices_failed: officesFailed,
    offices_total: totalOffices,
    sent,
    failed,
  };
}

/** For readers of the Temporal Web UI. */
export function describeRun(
  { offices, officesFailed, sent, failed }: NotifyCounts,
  totalOffices: number,
): string {
  const failures = officesFailed === 0 ? '' : `, **${officesFailed}** failed`;
  return `**${offices}** of ${totalOffices} offices${failures}; ${sent} messages sent, ${failed} failed`;
}
