/** A refusal of the API as its problem document says it. Status 0: no answer came. */
export interface ProblemDocument {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly requestId?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** The facts of its code. */
  readonly [member: string]: unknown;
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;

  constructor(
    readonly problem: ProblemDocument,
    options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(problem.detail ?? problem.title, { cause: options.cause });
    this.status = problem.status;
    this.code = problem.code;
    this.retryAfterMs = options.retryAfterMs;
  }

  readonly retryAfterMs: number | undefined;

  /** The effect of the request is unknown or still to come: the same request with the same key is safe. */
  get isTemporary(): boolean {
    return [0, 429, 502, 503, 504].includes(this.status) || this.code === 'idempotency_in_progress';
  }
}

export async function problemOf(answer: Response): Promise<ApiProblem> {
  const nothing = { title: answer.statusText || 'The API refused', status: answer.status, code: 'unknown' };
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  const document = isJson ? ((await answer.json().catch(() => ({}))) as Partial<ProblemDocument>) : {};
  const seconds = Number(answer.headers.get('retry-after') ?? NaN);
  return new ApiProblem(
    { ...nothing, ...document },
    Number.isFinite(seconds) ? { retryAfterMs: seconds * 1_000 } : {},
  );
}
