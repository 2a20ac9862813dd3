import type { ProblemCode } from '../../contracts/problem-code.js';
import type { FieldError } from '../../contracts/refusal.js';

/**
 * The one table of everything that can go wrong at the edge. `code` is stable: clients branch on it.
 * A detail given to `Problem` is shown to the caller, so it never carries SQL, paths, stacks or secrets.
 */
export const problems = {
  validation_error: { status: 400, title: 'The request does not fit the contract' },
  invalid_cursor: { status: 400, title: 'The cursor is not one of ours, or belongs to another list' },
  sql_syntax_error: { status: 400, title: 'The statement cannot be read' },
  sql_not_allowed: { status: 400, title: 'Only one statement that reads is allowed' },
  sql_too_large: { status: 400, title: 'The statement is larger than this system takes' },
  sql_failed: { status: 400, title: 'The database refuses the statement' },
  unknown_data_source: { status: 400, title: 'There is no such data source' },
  confirmation_invalid: { status: 400, title: 'The confirmation is used, expired, or of another statement' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'You may not do this' },
  link_invalid: { status: 403, title: 'The link is altered or has expired' },
  not_found: { status: 404, title: 'There is no such record' },
  route_not_found: { status: 404, title: 'There is no such route' },
  method_not_allowed: { status: 405, title: 'This route does not take that method' },
  not_acceptable: { status: 406, title: 'None of the accepted media types can be produced' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The current state does not allow this' },
  not_waiting: { status: 409, title: 'Nothing waits for a decision' },
  stale_approval: { status: 409, title: 'The decision is about something older than what is waiting' },
  nothing_due: { status: 409, title: 'No step is due' },
  phase_gate: { status: 409, title: 'A phase waits for its approval: use proceed-next-phase' },
  step_not_reached: { status: 409, title: 'That step was not reached yet' },
  idempotency_in_progress: { status: 409, title: 'A request with this key is still running' },
  already_finished: { status: 409, title: 'It is already finished' },
  job_not_finished: { status: 409, title: 'The job is not finished' },
  job_failed: { status: 409, title: 'The job failed and has no result' },
  job_canceled: { status: 409, title: 'The job was canceled and has no result' },
  workflow_lost: { status: 409, title: 'Temporal no longer knows its workflow: it has to be revived' },
  already_exists: { status: 409, title: 'Such a record exists already' },
  last_admin: { status: 409, title: 'The last active administrator cannot be removed' },
  gone: { status: 410, title: 'It is no longer kept' },
  precondition_failed: { status: 412, title: 'The record has changed since you read it' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body has another media type' },
  range_not_satisfiable: { status: 416, title: 'The result has no such range' },
  idempotency_key_reused: { status: 422, title: 'This key was used for a different request' },
  precondition_required: { status: 428, title: 'This change needs an If-Match header' },
  sql_queue_full: { status: 429, title: 'Too many statements are waiting' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  workflow_unavailable: { status: 503, title: 'No worker answered in time' },
  identity_unavailable: { status: 503, title: 'The token cannot be checked right now' },
  payload_unreadable: { status: 422, title: 'A payload is not sealed with a key of this house' },
  storage_unavailable: { status: 503, title: 'The object store does not answer' },
  data_source_unavailable: { status: 503, title: 'The data source does not answer' },
  database_unavailable: { status: 503, title: 'The database does not answer' },
} as const satisfies Record<ProblemCode, { status: number; title: string }>;

export interface ProblemOptions {
  detail?: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Further members of the problem document, for example the current state of a conflict. */
  extra?: Record<string, unknown>;
  /** In place of the number, where the clients of a route read a word in `status`. The answer's own status stays. */
  statusWord?: 'error';
  cause?: unknown;
}

/** An expected refusal. Thrown anywhere below a route, rendered by one middleware. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly title: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: ProblemCode,
    readonly options: ProblemOptions = {},
  ) {
    super(options.detail ?? problems[code].title, { cause: options.cause });
    this.status = problems[code].status;
    this.title = problems[code].title;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.extra = options.extra ?? {};
  }
}
