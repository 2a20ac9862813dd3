import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { cotPhase, cotStatus, cotTemplate } from '../../contracts/sessions/messages.js';
import type { CotSessionInput } from '../../contracts/sessions/workflow.js';
import { describeSession } from '../../domain/sessions/details.js';
import { progressOf } from '../../domain/sessions/progress.js';
import type { SessionState } from '../../domain/sessions/state.js';

/**
 * Search attributes cost the server more than a step without a model. A phase that passes within seconds stays out of
 * them. A change of status is written at once.
 */
const INDEX_EVERY_MS = 5_000;

/** The session as the Temporal Web UI lists and describes it. */
export class WebUiView {
  #indexed = { status: '', phase: 0, atMs: 0 };
  readonly #input: CotSessionInput;

  constructor(input: CotSessionInput) {
    this.#input = input;
  }

  show(state: SessionState): void {
    const { status, currentPhase: phase } = progressOf(state);
    setCurrentDetails(describeSession(state, this.#input));
    const nowMs = Date.now();
    const { status: shown, phase: shownPhase, atMs } = this.#indexed;
    if (shown === status && (shownPhase === phase || nowMs - atMs < INDEX_EVERY_MS)) return;
    this.#indexed = { status, phase, atMs: nowMs };
    upsertSearchAttributes([
      { key: cotStatus, value: status },
      { key: cotPhase, value: phase },
      { key: cotTemplate, value: this.#input.templateName },
    ]);
  }
}
