/** The answer of the server to a request. Frames are wire events: one delta each, then the closing ones. */
export interface ModelReply {
  readonly text?: string;
  readonly reasoning?: string;
  /** Text of a refusal in the provider's own way. */
  readonly refusal?: string;
  readonly toolCalls?: readonly { id: string; name: string; input: unknown }[];
  readonly finish?: 'stop' | 'length' | 'refused' | 'tool_calls';
  readonly usage?: { input: number; output: number; cached?: number; reasoning?: number } | null;
  readonly model?: string;
  /** An answer that is no stream at all. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Answers 101 Switching Protocols and keeps the socket. */
  readonly upgrade?: boolean;
  /** Breaks the socket after so many frames. */
  readonly cutAfter?: number;
  /** Ends the response cleanly, without the closing frames, after so many frames. */
  readonly endAfter?: number;
  /** Falls silent for ever after so many frames. */
  readonly stallAfter?: number;
  /** Sends something that is no event after so many frames. */
  readonly garbageAfter?: number;
  /** Sends an error of this type inside the stream after so many frames. */
  readonly errorAfter?: { frames: number; type: string; message: string };
  /** Milliseconds between frames. */
  readonly frameDelayMs?: number;
  /** Sends one byte at a time, so often. */
  readonly dripMs?: number;
  /** Sends comments that mean nothing, so often, and no frame. */
  readonly keepAliveMs?: number;
}
