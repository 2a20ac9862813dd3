import { patched } from '@temporalio/workflow';

/** Changes since older histories. */
export const patches = {
  /** A step that begins to wait for its trigger is projected. */
  manualWaitsAreProjected: 'manual-waits-are-told',
  /** Texts that come with a decision from the Temporal side are kept; they were dropped. */
  textsAreKept: 'texts-are-kept',
  /** A signal whose argument is malformed is ignored; it approved. */
  signalsAreChecked: 'signals-are-checked',
  /** The id of a gate comes from the state. It came from the clock, and differed in a repeated task. */
  gateIdsAreDerived: 'gate-ids-are-derived',
  /** A history that has grown too long is handed over while the session waits; it had to change first. */
  handsOverWhileWaiting: 'hands-over-while-waiting',
  /** The activity of a quick step goes on with the next ones; a command recalls it. */
  stepsRunAhead: 'steps-run-ahead',
  /** A message is handled when the course is at rest. After a frozen worker, a replay handled it earlier. */
  messagesComeAtRest: 'messages-come-at-rest',
} as const;

/** The first patch of a history stands for all of the above. */
const KNOWS_ALL = 'patches-are-known-from-the-start';

/**
 * Asks for the patches of a session. A new history holds one marker, at its start. Older histories hold each marker
 * where it mattered. After a frozen worker, a replay may handle a message before the result that came first. A marker
 * written in between would then be in another place, and the session would stand still.
 */
export class SessionPatches {
  readonly #knowsAll = patched(KNOWS_ALL);

  has(patch: (typeof patches)[keyof typeof patches]): boolean {
    return this.#knowsAll || patched(patch);
  }
}
