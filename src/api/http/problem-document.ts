import { ObjectStoreError } from '../../contracts/reports/object-store.js';
import { Refusal } from '../../contracts/refusal.js';
import { problemOfRefusal } from './refusals.js';
import { Problem } from './problems.js';
import { isDatabaseOutage } from '../../db/base/outage.js';

/** RFC 9457. The members that every problem has come last: no `extra` can pass for them. */
export function problemDocument(problem: Problem, requestId: string): Record<string, unknown> {
  return {
    ...problem.extra,
    type: `/problems/${problem.code}`,
    title: problem.title,
    status: problem.options.statusWord ?? problem.status,
    detail: problem.message,
    code: problem.code,
    requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}

/** A problem of the edge, or the refusal of a rule below it. */
export function expectedProblemOf(error: unknown): Problem | undefined {
  if (error instanceof Refusal) return problemOfRefusal(error);
  return error instanceof Problem ? error : undefined;
}

/** A thrown value, as its problem document. An unexpected error shows only that it was logged. */
export function problemOf(error: unknown): Problem {
  const expected = expectedProblemOf(error);
  if (expected !== undefined) return expected;
  if (isDatabaseOutage(error)) {
    return new Problem('database_unavailable', { headers: { 'Retry-After': '2' }, cause: error });
  }
  if (error instanceof ObjectStoreError) {
    return new Problem('storage_unavailable', { headers: { 'Retry-After': '5' }, cause: error });
  }
  if (isRefusedByKoa(error)) return new Problem('validation_error', { cause: error });
  return new Problem('internal_error', { detail: 'It was logged under this requestId.', cause: error });
}

function isRefusedByKoa(error: unknown): boolean {
  if (error instanceof URIError) return true;
  const { expose, status } = (error ?? {}) as { expose?: unknown; status?: unknown };
  return expose === true && status === 400;
}
