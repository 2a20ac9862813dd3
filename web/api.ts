/** What the API says went wrong, in words that may be shown. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface ProblemDocument {
  code?: string;
  title?: string;
  detail?: string;
}

/** Calls the API as the signed-in person. Every command carries a key, so that a repeated click takes effect once. */
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(path, {
    method,
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(method === 'POST' ? { 'Idempotency-Key': crypto.randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return parsed as Answer;
  const problem = (parsed ?? {}) as ProblemDocument;
  throw new ApiProblem(
    response.status,
    problem.code ?? 'unknown',
    problem.detail ?? problem.title ?? response.statusText,
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.';
}
