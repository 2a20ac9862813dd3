import { progressOf } from './progress.js';
import { dueStep, type SessionState } from './state.js';

/** The session in a few lines of Markdown, for readers of the Temporal Web UI, with links. */
export function describeSession(
  state: SessionState,
  { link, ignored }: { link?: string | null; ignored?: string } = {},
): string {
  const { status, percent, phaseTitle, currentPhase, totalPhases } = progressOf(state);
  const phases = state.plan.phases.map(
    (phase, index) => `${markOf(state, index + 1)} ${index + 1}. ${phase.title}`,
  );
  return [
    `**${status}** · ${percent}% · phase ${currentPhase} of ${totalPhases}: ${phaseTitle}`,
    waitingFor(state),
    ignored === undefined ? '' : `⚠️ A signal \`proceedNextPhase\` was ignored: ${ignored}`,
    ...phases,
    typeof link === 'string' ? `[Open it in the console](${link})` : '',
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

function markOf(state: SessionState, number: number): string {
  const phase = state.phases[number - 1];
  if (phase?.approved === true) return '✅';
  if (number !== state.phase || phase === undefined) return '▫️';
  return dueStep(phase) === null ? '🧑' : '▶️';
}

function waitingFor(state: SessionState): string {
  if (state.ending !== null) return state.ending.reason === null ? '' : `Ended: ${state.ending.reason}`;
  if (state.pausedAtMs !== null) return 'Paused: waits for `resume`.';
  switch (state.waiting.kind) {
    case 'gate':
      return `Waits for a decision. Signal \`proceedNextPhase\` approves phase ${state.waiting.gate.phase}; the output's digest is \`${state.waiting.gate.digest}\`.`;
    case 'trigger':
      return 'Waits for its next step to be triggered (`continue-async`).';
    case 'attention':
      return `Needs attention at ${state.waiting.problem.step}: ${state.waiting.problem.message}`;
    case 'nothing':
      return '';
  }
}
