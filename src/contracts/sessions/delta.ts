/**
 * Text of a running step on its way from a worker to readers, over PostgreSQL's NOTIFY and past every table.
 * D1. A text is named by (stepId, try, generation). A higher try or, within it, a higher generation abandons the lower
 *     one: a retry, a fallback, a repair. Texts of two of them are never joined. A redo has another step id.
 * D2. `offset` is where the piece begins in its text, in UTF-16 units. So a piece may come twice, and a missing one is
 *     seen.
 * D3. A reader without a beginning asks on the request channel, and the worker sends the text from its start.
 * D4. A text that nobody has asked for is announced as unread, without a word. Its reader asks.
 */
export interface StepDelta {
  readonly runId: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly try: number;
  readonly generation: number;
  readonly offset: number;
  readonly text: string;
  /** The worker is done with this try, well or badly. The rest is in the events of the run. */
  readonly end?: true;
  readonly unread?: true;
}

export const stepDeltasChannel = 'step_deltas';

/** Payload: a run's id. */
export const stepDeltaRequestsChannel = 'step_delta_requests';

/** PostgreSQL refuses payloads of 8000 bytes and more. */
const MAX_PAYLOAD_BYTES = 7_900;

/** Even with six bytes for each unit, a piece of this size and its names fit into a payload. */
export const MAX_PIECE_UNITS = 1_200;

const END = 1;
const UNREAD = 2;

type Packed = readonly [string, string, number, number, number, number, string, number?];

/** Puts as many deltas into each payload as fit. No text may be longer than MAX_PIECE_UNITS. */
export function packDeltas(deltas: readonly StepDelta[]): string[] {
  const payloads: string[] = [];
  let open = '';
  let bytes = 0;
  for (const delta of deltas) {
    const { runId, stepId, attempt, try: tryNumber, generation, offset, text, end, unread } = delta;
    const names = [runId, stepId, attempt, tryNumber, generation, offset, text] as const;
    const packed: Packed = end ? [...names, END] : unread ? [...names, UNREAD] : names;
    const json = JSON.stringify(packed);
    const size = Buffer.byteLength(json) + 1;
    if (open !== '' && bytes + size > MAX_PAYLOAD_BYTES) {
      payloads.push(`[${open}]`);
      open = '';
      bytes = 0;
    }
    open += open === '' ? json : `,${json}`;
    bytes += size;
  }
  return open === '' ? payloads : [...payloads, `[${open}]`];
}

/** The reverse of packDeltas. Anything else that came over the channel is nothing. */
export function unpackDeltas(payload: string): StepDelta[] {
  try {
    const list = JSON.parse(payload) as Packed[];
    return list.map(([runId, stepId, attempt, tryNumber, generation, offset, text, mark]) => ({
      runId,
      stepId,
      attempt,
      try: tryNumber,
      generation,
      offset,
      text,
      ...(mark === END && { end: true as const }),
      ...(mark === UNREAD && { unread: true as const }),
    }));
  } catch {
    return [];
  }
}
