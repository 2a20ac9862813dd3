import type { Decider, GateName, SessionCommand } from '../../../src/domain/sessions/commands.js';
import type { ContentRef, StepName } from '../../../src/domain/sessions/state.js';

/** The commands that tests send, with what they do not care about left out. */
export function commandsOf(by: Decider) {
  const nothing = { digest: null, comment: null, instructions: null, input: null, model: null } as const;
  return {
    approve: (digest: string | null = null): SessionCommand => ({
      kind: 'approve',
      by,
      digest,
      comment: null,
      notes: null,
    }),
    /** As the API sends it: about the gate that was open when the request came. */
    approveAt: (gate: GateName | null): SessionCommand => ({
      kind: 'approve',
      by,
      gate,
      digest: null,
      comment: null,
      notes: null,
    }),
    edit: (digest: string, output: ContentRef): SessionCommand => ({
      kind: 'edit',
      by,
      digest,
      comment: null,
      output,
      notes: null,
    }),
    goOn: (model: string | null = null): SessionCommand => ({
      kind: 'go_on',
      by,
      instructions: null,
      model,
    }),
    redo: (phase: number, step: StepName = 'THINK'): SessionCommand => ({
      ...nothing,
      kind: 'redo',
      by,
      from: { phase, step },
    }),
    skip: (gap: string): SessionCommand => ({ kind: 'skip_step', by, gap }),
    finish: (reason: string): SessionCommand => ({ kind: 'finish_early', by, reason }),
    state: (kind: 'pause' | 'resume' | 'cancel'): SessionCommand => ({ kind, by, reason: null }),
  };
}
