import { isFinal, type RunStatus } from '../runs/status.js';
import type { SessionProgress } from './progress.js';

const flags: Readonly<Record<'running' | 'waiting_approval' | 'stopped' | 'ended', [boolean, boolean]>> = {
  running: [true, false],
  waiting_approval: [true, true],
  stopped: [false, true],
  ended: [false, false],
};

function flagsOf(status: RunStatus): [canProceed: boolean, requiresManualTrigger: boolean] {
  if (isFinal(status)) return flags.ended;
  if (status === 'queued' || status === 'running') return flags.running;
  return status === 'waiting_approval' ? flags.waiting_approval : flags.stopped;
}

/**
 * The last projected progress, under the status of its row. The two differ for a session that has not started, or
 * whose row was closed without its workflow. Gate and step of an ended session are left out.
 */
export function progressUnder(progress: SessionProgress, status: RunStatus): SessionProgress {
  if (progress.status === status) return progress;
  const [canProceed, requiresManualTrigger] = flagsOf(status);
  const ended = isFinal(status);
  const nobodyDecides = { gateId: null, outputDigest: null, waitingSinceMs: null, deadlineAtMs: null };
  return {
    ...progress,
    status,
    canProceed,
    requiresManualTrigger,
    currentStep: ended ? null : progress.currentStep,
    percent: status === 'completed' ? 100 : progress.percent,
    ...(ended ? nobodyDecides : {}),
  };
}
