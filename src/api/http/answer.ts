import * as crypto from 'node:crypto';
import type { Context } from 'koa';
import type { Reply } from './route.js';

/** A reply as it goes over the wire, and as an idempotency row keeps it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Text; null when there is no body. */
  readonly body: string | null;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function answerOf(reply: Reply): Answer {
  const { status, headers = {}, body } = reply;
  if (body === undefined) return { status, headers, body: null };
  if (typeof body === 'string' && headers['Content-Type'] !== undefined) return { status, headers, body };
  return { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: JSON.stringify(body) };
}

export function sendAnswer(ctx: Context, answer: Answer): void {
  const { status, headers, body } = answer;
  ctx.status = status;
  ctx.body = body;
  // `ctx.body = null` says 204; the status is the handler's to choose.
  ctx.status = status;
  for (const name in headers) ctx.res.setHeader(name, headers[name] ?? '');
  if (!ctx.res.hasHeader('Cache-Control')) ctx.res.setHeader('Cache-Control', 'no-store');
}

/** A read has a tag by its hash, and sends nothing to a caller with that tag. */
export function sendRead(ctx: Context, answer: Answer): void {
  ctx.res.setHeader('Cache-Control', 'private, no-cache');
  sendAnswer(ctx, answer);
  if (answer.body === null || answer.status >= 300) return;
  const etag = answer.headers['ETag'] ?? `"${hashOf(answer.body)}"`;
  ctx.res.setHeader('ETag', etag);
  if (!ctx.fresh) return;
  ctx.status = 304;
  ctx.body = null;
  ctx.status = 304;
}

/** In one call where Node has it (20.12): three calls cost more than the hashing. */
const sha256: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'base64url')
    : (text) => crypto.createHash('sha256').update(text).digest('base64url');

function hashOf(body: string): string {
  return sha256(body).slice(0, 27);
}
