import type { FieldError } from '../contracts/problems.js';

/** What the API refused, as it said it. */
export interface ProblemDocument {
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: string;
  readonly requestId?: string;
  readonly errors?: readonly FieldError[];
}

/** Ends the command with one readable message and exit code 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    message: string,
    readonly problem?: ProblemDocument,
  ) {
    super(message);
  }
}

export function problemError(problem: ProblemDocument): CliError {
  const lines = [
    `${problem.detail ?? problem.title} (${problem.code}, ${problem.status})`,
    ...(problem.errors ?? []).map(({ path, message }) => `  ${path === '' ? 'the body' : path}: ${message}`),
    ...(problem.requestId === undefined ? [] : [`  request ${problem.requestId}`]),
  ];
  return new CliError(lines.join('\n'), problem);
}
