import { request, type IncomingMessage } from 'node:http';

export interface Frame {
  readonly id: number | undefined;
  /** As it was sent: those of the events of all runs are no numbers. */
  readonly rawId: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A reader over a real socket. `frames` grows; `comments` counts heartbeats; `closed` resolves at the server's end. */
export interface SseReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly frames: Frame[];
  comments: number;
  /** With the newest comment, where a stream moves its idle readers on. */
  lastBeatId: string | undefined;
  closed: boolean;
  /** Stops or resumes taking bytes off the socket. */
  pause(): void;
  resume(): void;
  abort(): void;
}

export function readSse(url: string, headers: Record<string, string>): Promise<SseReader> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: { Accept: 'text/event-stream', ...headers }, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => resolve(collect(response, () => sent.destroy())));
    sent.end();
  });
}

function collect(response: IncomingMessage, abort: () => void): SseReader {
  const reader: SseReader = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    frames: [],
    comments: 0,
    lastBeatId: undefined,
    closed: false,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    abort,
  };
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) {
        reader.comments += 1;
        reader.lastBeatId = /^id: (.+)$/m.exec(block)?.[1];
      } else reader.frames.push(parseFrame(block));
    }
  });
  response.on('error', () => void (reader.closed = true));
  response.on('close', () => void (reader.closed = true));
  return reader;
}

function parseFrame(block: string): Frame {
  const fields = new Map(
    block.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.replace(/^\w+: /, '')]),
  );
  const id = fields.get('id');
  return {
    id: id === undefined ? undefined : Number(id),
    rawId: id,
    event: fields.get('event') ?? '',
    data: JSON.parse(fields.get('data') ?? 'null') as Record<string, unknown>,
  };
}
