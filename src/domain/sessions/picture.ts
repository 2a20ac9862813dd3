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
 * The progress as its workflow last told it, under the status of its row. The two differ where somebody else changed the
 * status: a session that has not started yet, or one that was found dead and closed. What can no longer be is left out.
 */
export function pictureUnder(progress: SessionProgress, status: RunStatus): SessionProgress {
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
