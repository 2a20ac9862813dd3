import type { OpenRunGateInput } from '../../contracts/notifications/gate.js';
import type { NotifyCounts } from '../../contracts/notifications/workflow.js';
import { shownCounts } from './run-progress.js';

type Gate = Omit<OpenRunGateInput, 'runId'>;

/** Below this a few bad addresses are no trend. */
const FEWEST_MESSAGES = 20;

/** `rate` is the percent of failed messages at which a person is asked; 0: never. */
export function haveTooManyFailed({ sent, failed }: NotifyCounts, rate: number): boolean {
  const all = sent + failed;
  return rate > 0 && all >= FEWEST_MESSAGES && failed * 100 >= all * rate;
}

export function canaryGate(counts: NotifyCounts): Gate {
  const { offices, officesFailed, sent, failed } = counts;
  const summary = [
    `The first ${offices} offices are through: ${sent} messages sent, ${failed} failed, ${officesFailed} offices failed.`,
    'Approve to go on with the others; reject to end the run here.',
  ].join('\n\n');
  return { kind: 'canary', place: 1, summary, progress: shownCounts(counts) };
}

export function errorGate(counts: NotifyCounts): Gate {
  const { sent, failed, offices } = counts;
  const summary = [
    `${failed} of ${sent + failed} messages have failed, after ${offices} offices.`,
    'Approve to go on in spite of it; reject to end the run here.',
  ].join('\n\n');
  return { kind: 'errors', place: 2, summary, progress: shownCounts(counts) };
}
