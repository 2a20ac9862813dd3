export interface FieldFault {
  path: string;
  message: string;
}

export interface ProblemDocument {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: FieldFault[];
  [member: string]: unknown;
}

/** A refusal of the API; status 0 says that the API did not answer. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly code: string;
  readonly requestId: string | undefined;
  readonly faults: readonly FieldFault[];

  constructor(
    readonly status: number,
    readonly document: ProblemDocument,
  ) {
    super(document.detail ?? document.title ?? String(status));
    this.code = document.code ?? (status === 0 ? 'network' : 'unknown');
    this.requestId = document.requestId;
    this.faults = document.errors ?? [];
  }

  /** True if the request may or may not have taken effect: the same key may be sent again. */
  get isUnsettled(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function isProblem(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
}
