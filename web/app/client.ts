import { ApiProblem, type ProblemDocument } from './problem';
import { noteAnswer, noteSilence } from '../live/live';
import { signedOut } from './me';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  /** Sent as it is, in the type of the headers. */
  readonly content?: Blob | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const RETRY_DELAYS_MS = [400, 1_500];

export function pathWith(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}

export function get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  return send<Answer>(
    pathWith(path, query),
    signal === undefined ? { method: 'GET' } : { method: 'GET', signal },
  );
}

/** Stored content as text, whatever its type. */
export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await reach(path, signal === undefined ? { method: 'GET' } : { method: 'GET', signal });
  const text = await response.text();
  if (response.ok) return text;
  throw new ApiProblem(response.status, (parse(text) ?? { title: response.statusText }) as ProblemDocument);
}

/**
 * A command: its key is made once, so a repetition after an answer that was lost takes effect once.
 * Only an answer that leaves the effect open is asked for again.
 */
export async function post<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  const headers = { 'Idempotency-Key': crypto.randomUUID() };
  for (const delayMs of RETRY_DELAYS_MS) {
    try {
      return await send<Answer>(path, { method: 'POST', body, headers });
    } catch (error) {
      if (!(error instanceof ApiProblem) || !error.isUnsettled) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
  return send<Answer>(path, { method: 'POST', body, headers });
}

/** The whole of something, of the version that was read. */
export function put<Answer>(path: string, body: unknown, version?: number): Promise<Answer> {
  return send<Answer>(path, { method: 'PUT', body, headers: ifMatch(version) });
}

/** A file as it is. */
export function upload<Answer>(path: string, content: Blob | string, type: string): Promise<Answer> {
  return send<Answer>(path, { method: 'POST', content, headers: { 'Content-Type': type } });
}

export function patch<Answer>(path: string, body: unknown, version?: number): Promise<Answer> {
  return send<Answer>(path, { method: 'PATCH', body, headers: ifMatch(version) });
}

export function remove<Answer = unknown>(path: string, body?: unknown, version?: number): Promise<Answer> {
  return send<Answer>(path, { method: 'DELETE', body, headers: ifMatch(version) });
}

function ifMatch(version: number | undefined): Record<string, string> {
  return version === undefined ? {} : { 'If-Match': `"${version}"` };
}

async function send<Answer>(path: string, request: Request): Promise<Answer> {
  const response = await reach(path, request);
  const text = await response.text().catch(() => '');
  const parsed = parse(text);
  if (response.ok) return parsed as Answer;
  if (response.status === 401) signedOut();
  throw new ApiProblem(response.status, (parsed ?? { title: response.statusText }) as ProblemDocument);
}

async function reach(path: string, { method, body, content, headers, signal }: Request): Promise<Response> {
  const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const init: RequestInit = {
    method,
    headers: { Accept: 'application/json, */*;q=0.5', ...type, ...headers },
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (content !== undefined) init.body = content;
  if (signal !== undefined) init.signal = signal;
  try {
    const response = await fetch(path, init);
    noteAnswer();
    return response;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    noteSilence();
    throw new ApiProblem(0, { title: 'The API does not answer.' });
  }
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
