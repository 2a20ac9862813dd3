import type { IncomingMessage } from 'node:http';
import { Problem } from './problems.js';
import { findUnstorable } from './unstorable-text.js';

/**
 * B1. At most `limit` bytes are ever kept. The rest is counted and thrown away, up to `DRAINED_BYTES`. An honest
 *     client reads the 413 instead of a broken connection.
 * B2. A body that is not UTF-8, too deeply nested, or not storable in PostgreSQL is refused before any schema.
 */
const DRAINED_BYTES = 16 * 1024 * 1024;
const DEEPEST = 64;

/** The JSON value of the body; undefined when there is none. */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<unknown> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > limit + DRAINED_BYTES) throw tooLarge(limit, true);
  if (declared === 0 && request.headers['transfer-encoding'] === undefined) return undefined;
  const bytes = await readBytes(request, limit);
  if (bytes.length === 0) return undefined;
  requireJsonType(request);
  const value = parse(bytes);
  const unstorable = findUnstorable(value);
  if (unstorable === undefined) return value;
  throw new Problem('validation_error', {
    errors: [{ path: unstorable, message: 'must not contain NUL or half of a surrogate pair' }],
  });
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit + DRAINED_BYTES) throw tooLarge(limit, true);
    if (size > limit) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (size > limit) throw tooLarge(limit, false);
  return Buffer.concat(chunks, size);
}

function tooLarge(limit: number, unread: boolean): Problem {
  const headers = unread ? { Connection: 'close' } : {};
  return new Problem('payload_too_large', { detail: `The limit is ${limit} bytes.`, headers });
}

function requireJsonType(request: IncomingMessage): void {
  const type = request.headers['content-type'] ?? '';
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (/^application\/json\s*(;\s*charset="?utf-?8"?\s*)?$/i.test(type) && encoding === 'identity') return;
  throw new Problem('unsupported_media_type', { headers: { Accept: 'application/json' } });
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('is not UTF-8');
  }
  if (isTooDeep(text)) throw malformed(`is nested deeper than ${DEEPEST} levels`);
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('is not valid JSON');
  }
}

function malformed(message: string): Problem {
  return new Problem('validation_error', {
    detail: `The body ${message}.`,
    errors: [{ path: '', message }],
  });
}

/** Looked at before parsing: whatever walks the value afterwards may use the stack. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === BACKSLASH) index += 1;
      else if (character === QUOTE) inString = false;
    } else if (character === QUOTE) inString = true;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) {
      depth += 1;
      if (depth > DEEPEST) return true;
    } else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [34, 92, 123, 125, 91, 93];
