import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndReason, EventChannel } from './event-channel.js';
import type { EventMessage } from './event-message.js';

const COMMENT = Buffer.from(': \n\n');

/**
 * Server-sent events on a bare Node response: no compression, which would hold frames back, no proxy buffer, no
 * idle timeout. Node's own write buffer is the bound: it is full at 16 KiB that the kernel did not take.
 */
export class SseChannel implements EventChannel {
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#response = response;
    request.socket.setTimeout(0);
    request.socket.setNoDelay(true);
    request.socket.setKeepAlive(true);
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    response.flushHeaders();
  }

  send(message: EventMessage): boolean {
    return this.#response.write(message.frame);
  }

  beat(id?: string): void {
    if (!this.#response.writableNeedDrain)
      this.#response.write(id === undefined ? COMMENT : `: \nid: ${id}\n\n`);
  }

  silentForMs(): number {
    return 0;
  }

  onDrain(resume: () => void): void {
    this.#response.on('drain', resume);
  }

  onClose(closed: () => void): void {
    this.#response.on('close', closed);
    this.#response.on('error', closed);
  }

  end(reason: EndReason): void {
    // A reader that does not read would not read a farewell either, and would keep the socket.
    if (reason === 'slow') this.#response.destroy();
    else this.#response.end();
  }
}
