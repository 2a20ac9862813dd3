/** Refusals about a statement. */
export const statementRefusals = [
  'sql_syntax_error',
  'sql_not_allowed',
  'sql_too_large',
  'sql_failed',
  'unknown_data_source',
  'confirmation_invalid',
] as const;

/** The reasons of a rule's refusal, for a route, a schedule or the command line alike. */
export const refusalCodes = [
  'validation_error',
  ...statementRefusals,
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'not_waiting',
  'stale_approval',
  'nothing_due',
  'phase_gate',
  'step_not_reached',
  'already_finished',
  'job_not_finished',
  'job_failed',
  'job_canceled',
  'already_exists',
  'last_admin',
  'gone',
  'sql_queue_full',
  'workflow_lost',
  'workflow_unavailable',
  'data_source_unavailable',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

export interface FieldError {
  path: string;
  message: string;
}

export interface RefusalFacts {
  /** Shown to the caller, so it never carries SQL, paths, stacks or secrets. */
  readonly detail?: string;
  readonly errors?: FieldError[];
  /** Further members of the answer, for example the current state of a conflict. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** After this time the same may be taken. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An expected refusal by a rule of the database or of an operation. The API alone gives it a status. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    readonly facts: RefusalFacts = {},
  ) {
    super(facts.detail ?? code, { cause: facts.cause });
  }
}
