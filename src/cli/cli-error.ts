import { ApiProblem } from '../client/problem.js';

/** Part of the contract of the command line: scripts branch on them. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  auth: 3,
  notFound: 4,
  needsPerson: 5,
  interrupted: 130,
} as const;

/** Ends the command with one readable message. */
export class CliError extends Error {
  override readonly name: string = 'CliError';

  constructor(
    message: string,
    readonly exitCode: number = exitCodes.error,
  ) {
    super(message);
  }
}

/** The command line itself is wrong: nothing was sent. */
export class UsageError extends CliError {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(message, exitCodes.usage);
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  if (!(error instanceof ApiProblem)) return exitCodes.error;
  if (error.status === 401 || error.status === 403) return exitCodes.auth;
  return error.status === 404 || error.status === 410 ? exitCodes.notFound : exitCodes.error;
}

/** A refusal of the API in words for a terminal. */
export function linesOf({ problem }: ApiProblem): string {
  if (problem.status === 0) return `${problem.title} Is it running? \`sluice doctor\` looks.`;
  return [
    `${problem.detail ?? problem.title} (${problem.code}, ${problem.status})`,
    ...(problem.errors ?? []).map(({ path, message }) => `  ${path === '' ? 'the body' : path}: ${message}`),
    ...(problem.requestId === undefined ? [] : [`  request ${problem.requestId}`]),
  ].join('\n');
}
