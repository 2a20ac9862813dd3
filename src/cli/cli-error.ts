import type { ApiProblem } from '../client/problem.js';

/** Ends the command with one readable message and exit code 1. */
export class CliError extends Error {
  override readonly name = 'CliError';
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
