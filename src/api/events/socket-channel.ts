import type { WebSocket } from 'ws';
import type { EndReason, EventChannel } from './event-channel.js';
import type { EventMessage } from './event-message.js';

const FULL_AT_BYTES = 64 * 1024;

/** Close codes of RFC 6455: normal, going away, policy violation, internal error. */
const closeCodes = { finished: 1000, shutdown: 1001, unauthorized: 1008, unavailable: 1011 } as const;

/** The same messages as WebSocket text messages, one event each. What the reader sends is ignored. */
export class SocketChannel implements EventChannel {
  #resume: () => void = () => undefined;
  #full = false;
  #answered = true;

  constructor(private readonly socket: WebSocket) {
    socket.on('pong', () => void (this.#answered = true));
    socket.on('message', () => void (this.#answered = true));
  }

  send(message: EventMessage): boolean {
    this.socket.send(message.json, () => this.#sent());
    this.#full ||= this.socket.bufferedAmount > FULL_AT_BYTES;
    return !this.#full;
  }

  beat(): boolean {
    if (!this.#answered) return false;
    this.#answered = false;
    this.socket.ping();
    return true;
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  onClose(closed: () => void): void {
    this.socket.on('close', closed);
    this.socket.on('error', closed);
  }

  end(reason: EndReason): void {
    if (reason === 'slow') this.socket.terminate();
    else this.socket.close(closeCodes[reason], reason);
  }

  #sent(): void {
    if (!this.#full || this.socket.bufferedAmount > 0) return;
    this.#full = false;
    this.#resume();
  }
}
