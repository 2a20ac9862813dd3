import type { EventMessage } from './event-message.js';

/** Why a stream is over. `finished` is the only good end; after any other the reader may resume where it was. */
export type EndReason = 'finished' | 'unauthorized' | 'unavailable' | 'shutdown' | 'slow';

/** One way to a reader: an SSE response or a WebSocket. */
export interface EventChannel {
  /** False: it is full. What was sent is on its way; the next send waits for `onDrain`. */
  send(message: EventMessage): boolean;
  /** Shows both sides that the other is there. False: the other side is not. */
  beat(): boolean;
  onDrain(resume: () => void): void;
  onClose(closed: () => void): void;
  end(reason: EndReason): void;
}
