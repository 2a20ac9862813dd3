import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { cotPhase, cotStatus, cotTemplate } from '../../contracts/sessions/messages.js';
import type { CotSessionInput } from '../../contracts/sessions/workflow.js';
import { isToBeIndexed, type Indexed } from '../../domain/sessions/indexed.js';
import { describeSession } from '../../domain/sessions/details.js';
import { progressOf } from '../../domain/sessions/progress.js';
import type { SessionState } from '../../domain/sessions/state.js';

/** The session as the Temporal Web UI lists and describes it. */
export class WebUiView {
  #indexed: Indexed = { status: '', phase: 0, atMs: 0 };
  readonly #input: CotSessionInput;

  constructor(input: CotSessionInput) {
    this.#input = input;
  }

  show(state: SessionState): void {
    const { status, currentPhase: phase } = progressOf(state);
    setCurrentDetails(describeSession(state, this.#input));
    const next = { status, phase, atMs: Date.now() };
    if (!isToBeIndexed(this.#indexed, next)) return;
    this.#indexed = next;
    upsertSearchAttributes([
      { key: cotStatus, value: status },
      { key: cotPhase, value: phase },
      { key: cotTemplate, value: this.#input.templateName },
    ]);
  }
}
