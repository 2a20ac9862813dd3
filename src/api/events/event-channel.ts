import type { EventMessage } from './event-message.js';

/** Why a stream is over. `finished` is the only good end; after any other the reader may resume where it was. */
export type EndReason = 'finished' | 'unauthorized' | 'unavailable' | 'shutdown' | 'slow';

/** A way to a reader: an SSE response or a WebSocket. */
export interface EventChannel {
  /** False: it is full. The data is on its way; the next send waits for `onDrain`. */
  send(message: EventMessage): boolean;
  /** Shows both sides that the other is there. With an id, a reader by SSE resumes from there. */
  beat(id?: string): void;
  /** How long the other side has left a beat unanswered; 0 where beats have no answer. */
  silentForMs(now: number): number;
  onDrain(resume: () => void): void;
  onClose(closed: () => void): void;
  end(reason: EndReason): void;
}
