import type { WebSocket } from 'ws';
import type { EndReason, EventChannel } from './event-channel.js';
import type { EventMessage } from './event-message.js';

const FULL_AT_BYTES = 64 * 1024;

/** Close codes of RFC 6455: normal, going away, policy violation, internal error. */
const closeCodes = { finished: 1000, shutdown: 1001, unauthorized: 1008, unavailable: 1011 } as const;

/** The same messages as WebSocket text messages, one event each. Messages of the reader are ignored. */
export class SocketChannel implements EventChannel {
  #resume: () => void = () => undefined;
  #full = false;
  #askedAt: number | undefined;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('pong', () => void (this.#askedAt = undefined));
    socket.on('message', () => void (this.#askedAt = undefined));
  }

  send(message: EventMessage): boolean {
    this.#socket.send(message.json, () => this.#sent());
    this.#full ||= this.#socket.bufferedAmount > FULL_AT_BYTES;
    return !this.#full;
  }

  beat(): void {
    if (this.#askedAt !== undefined) return;
    this.#askedAt = Date.now();
    this.#socket.ping();
  }

  silentForMs(now: number): number {
    return this.#askedAt === undefined ? 0 : now - this.#askedAt;
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  onClose(closed: () => void): void {
    this.#socket.on('close', closed);
    this.#socket.on('error', closed);
  }

  end(reason: EndReason): void {
    if (reason === 'slow') this.#socket.terminate();
    else this.#socket.close(closeCodes[reason], reason);
  }

  #sent(): void {
    if (!this.#full || this.#socket.bufferedAmount > 0) return;
    this.#full = false;
    this.#resume();
  }
}
