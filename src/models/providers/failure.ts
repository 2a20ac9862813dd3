import { types } from 'node:util';
import { APICallError } from '@ai-sdk/provider';
import type { ModelErrorKind } from '../error-kind.js';
import { retryAfterMs } from '../../domain/retry-after.js';

/** The failure of a call to a provider, before the whole request judges it. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  constructor(
    readonly kind: ModelErrorKind,
    message: string,
    readonly details: { retryAfterMs?: number | null; statusCode?: number | null } = {},
  ) {
    super(message);
  }
}

/** Reads a failure out of whatever the AI SDK throws or puts in a stream. */
export function toProviderFailure(error: unknown, nowMs: number): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (APICallError.isInstance(error)) return fromApiCall(error, nowMs);
  if (isWireError(error)) return fromWire(error);
  const known = types.isNativeError(error) ? error : undefined;
  if (known?.name === 'AI_InvalidResponseDataError') return brokenStream();
  if (/JSONParse|TypeValidation|EmptyResponseBody/.test(known?.name ?? '')) {
    return new ProviderFailure('server', 'the provider sent something that is no answer');
  }
  return new ProviderFailure(
    'network',
    `the connection to the provider broke: ${known?.message ?? 'unknown'}`,
  );
}

export function brokenStream(): ProviderFailure {
  return new ProviderFailure('network', 'the stream of the provider ended in the middle');
}

function fromApiCall(error: APICallError, nowMs: number): ProviderFailure {
  const status = error.statusCode;
  if (error.cause instanceof ProviderFailure) return error.cause;
  // A broken body is thrown with the status 200 of the headers before it.
  if (status === undefined || status < 300) return new ProviderFailure('network', error.message);
  const wire = wireErrorIn(error.responseBody);
  const kind = kindOfCode(wire?.code ?? wire?.type) ?? kindOfStatus(status);
  return new ProviderFailure(kind, `the provider answered ${status}: ${wire?.message ?? error.message}`, {
    statusCode: status,
    retryAfterMs: retryAfterMs(error.responseHeaders ?? {}, nowMs),
  });
}

function kindOfStatus(status: number): ModelErrorKind {
  if (status === 401 || status === 403) return 'auth';
  if (status === 429) return 'rate_limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status === 408 || status >= 500) return 'server';
  return 'invalid_request';
}

/** The word in an error body says more than its status. An empty account is a 429 that no waiting mends. */
function kindOfCode(code: unknown): ModelErrorKind | undefined {
  switch (code) {
    case 'insufficient_quota':
    case 'billing_error':
    case 'invalid_api_key':
    case 'authentication_error':
    case 'permission_error':
      return 'auth';
    case 'content_filter':
    case 'content_policy_violation':
      return 'refused';
    case 'rate_limit_error':
    case 'rate_limit_exceeded':
    case 429:
      return 'rate_limited';
    case 'overloaded_error':
    case 529:
    case 503:
      return 'overloaded';
    case 'invalid_request_error':
    case 'not_found_error':
    case 'request_too_large':
      return 'invalid_request';
    default:
      return undefined;
  }
}

interface WireError {
  readonly message?: string;
  readonly type?: unknown;
  readonly code?: unknown;
}

function isWireError(value: unknown): value is WireError {
  return typeof value === 'object' && value !== null && !types.isNativeError(value) && 'message' in value;
}

function fromWire(error: WireError): ProviderFailure {
  const kind = kindOfCode(error.code) ?? kindOfCode(error.type) ?? 'server';
  return new ProviderFailure(kind, `the provider ended the stream: ${String(error.message)}`);
}

function wireErrorIn(body: string | undefined): WireError | undefined {
  try {
    const parsed = JSON.parse(body ?? '') as { error?: unknown };
    if (isWireError(parsed.error)) return parsed.error;
    return typeof parsed.error === 'string' ? { message: parsed.error } : undefined;
  } catch {
    return undefined;
  }
}
