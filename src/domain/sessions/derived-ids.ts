import { sortableId, timeOfSortableId } from '../sortable-id.js';
import { currentPhase, type SessionState } from './state.js';

/**
 * The id of the gate that the current phase opens. A repeated workflow task opens the gate again: a clock's id would
 * differ, and `gates_one_open` would refuse it for ever.
 */
export function gateIdOf(sessionId: string, state: SessionState): string {
  const { attempt, results } = currentPhase(state);
  const parts = [sessionId, state.phase, attempt, results.INTEGRATE?.stepId];
  return sortableId('gate', timeOfSortableId(sessionId), hashOf(parts.join('/')));
}

/**
 * Of the step that an activity runs behind `done` others, its own among them. Its time keeps the order of a session's
 * steps.
 */
export function stepIdBehind(firstId: string, done: number): string {
  if (done === 0) return firstId;
  return sortableId('step', timeOfSortableId(firstId) + done, hashOf(`${firstId}/${done}`));
}

const OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const PRIME = 0x1000000000000000000013bn;
const ALL_BITS = (1n << 128n) - 1n;
const KEPT_BITS = 80n;

/** FNV-1a of 128 bits, folded to 80: workflow code has no `node:crypto`. */
function hashOf(text: string): string {
  let hash = OFFSET;
  for (const character of text) {
    hash = ((hash ^ BigInt(character.charCodeAt(0))) * PRIME) & ALL_BITS;
  }
  const folded = (hash ^ (hash >> KEPT_BITS)) & ((1n << KEPT_BITS) - 1n);
  return folded.toString(16);
}
