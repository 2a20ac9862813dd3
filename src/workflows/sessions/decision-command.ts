import { ApplicationFailure } from '@temporalio/workflow';
import { failureTypes } from '../../contracts/errors.js';
import type { KeptTexts } from '../../contracts/sessions/workflow.js';
import type { DecideGateMessage } from '../../domain/sessions/decision-message.js';
import type { SessionCommand } from '../../domain/sessions/commands.js';
import type { SessionState } from '../../domain/sessions/state.js';

const nothingKept: KeptTexts = { output: null, notes: null, instructions: null };

export function hasTexts({ edits, notes, instructions }: DecideGateMessage): boolean {
  return edits !== undefined || notes !== undefined || instructions !== undefined;
}

/** A decision that came by signal or update, as the machine takes it. Texts that came with it are in `kept`. */
export function decisionCommand(
  message: DecideGateMessage,
  state: SessionState,
  { output, notes, instructions } = nothingKept,
): SessionCommand {
  const by = { userId: null, via: 'signal' } as const;
  const digest = message.outputDigest ?? null;
  const comment = message.comment ?? null;
  switch (message.decision) {
    case 'approve':
      return { kind: 'approve', by, digest, comment, notes };
    case 'reject':
      return { kind: 'reject', by, digest, comment };
    case 'redo': {
      const from = { phase: state.phase, step: 'THINK' } as const;
      return { kind: 'redo', by, from, digest, comment, instructions, input: null, model: null };
    }
    case 'edit':
      if (output === null || digest === null)
        throw ApplicationFailure.nonRetryable(
          'an edit needs edits and outputDigest',
          failureTypes.invalidInput,
        );
      return { kind: 'edit', by, digest, comment, output, notes };
  }
}
