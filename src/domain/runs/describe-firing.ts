import type { FiringOutcome } from '../../contracts/reports/schedule-workflow.js';

/** The state of a schedule's firing in the Temporal Web UI. */
export function describeFiring(firing: FiringOutcome): string {
  switch (firing.outcome) {
    case 'started':
      return `**started** ${firing.jobId}`;
    case 'skipped':
      return `**skipped**: ${firing.reason}`;
    case 'gone':
      return '**skipped**: the schedule is no more';
  }
}
