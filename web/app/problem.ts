import { ApiProblem } from '../../src/client/problem.js';

/** True of a refusal with one of the codes, or with any code if none is named. */
export function isProblem(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
}

/** True if the request may or may not have taken effect. */
export function isUnsettled(error: unknown): boolean {
  return error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status);
}
