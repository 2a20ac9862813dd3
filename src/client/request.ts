import { ApiProblem, problemOf } from './problem.js';

export interface Connection {
  /** Of the API; left out in a page that the API serves itself. */
  readonly baseUrl?: string;
  /** An API key or a JWT; left out where a cookie signs the requests. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
  /** Further tries of a request that got no answer or a temporary one. */
  readonly retries?: number;
  /** Whether a temporary refusal of such a request is worth another try; left out: always. */
  readonly repeats?: (problem: ApiProblem, method: string) => boolean;
}

export interface Sending {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_RETRIES = 2;
const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 10_000;

/** Sends a request, and again while only its answer is missing. Its key makes the repetition take effect once. */
export async function sendRepeatedly(connection: Connection, sending: Sending): Promise<Response> {
  const tries = connection.retries ?? DEFAULT_RETRIES;
  for (let round = 0; ; round += 1) {
    try {
      return await sendOnce(connection, sending);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !error.isTemporary || round >= tries) throw error;
      if (connection.repeats?.(error, sending.method) === false) throw error;
      const delay = error.retryAfterMs ?? FIRST_DELAY_MS * 2 ** round;
      await pause(Math.min(delay, LONGEST_DELAY_MS), sending.signal);
    }
  }
}

/** A good answer, or an `ApiProblem`. */
export async function sendOnce(connection: Connection, sending: Sending): Promise<Response> {
  const { baseUrl, token } = connection;
  const { method, path, headers = {}, body, signal } = sending;
  const all = new Headers(headers);
  if (!all.has('Accept')) all.set('Accept', 'application/json');
  if (token !== undefined) all.set('Authorization', `Bearer ${token}`);
  const init: RequestInit = { method, headers: all };
  if (body !== undefined) init.body = body;
  if (signal !== undefined) init.signal = signal;
  const answer = await reach(connection, baseUrl === undefined ? path : String(new URL(path, baseUrl)), init);
  if (answer.ok || answer.status === 304) return answer;
  throw await problemOf(answer);
}

async function reach(connection: Connection, url: string, init: RequestInit): Promise<Response> {
  try {
    return await (connection.fetch ?? fetch)(url, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const where = connection.baseUrl === undefined ? '' : ` at ${connection.baseUrl}`;
    const title = `The API${where} does not answer (${cause}).`;
    const problem = { title, status: 0, code: 'unreachable' };
    throw new ApiProblem(problem, { cause: error });
  }
}

/** Ends early when the caller gives the request up. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', give);
      resolve();
    }, ms);
    if (signal?.aborted === true) give();
    else signal?.addEventListener('abort', give, { once: true });
  });
}
