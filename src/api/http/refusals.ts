import type { Refusal, RefusalCode } from '../../contracts/refusal.js';
import { Problem, type ProblemOptions } from './problems.js';

/** Clients of the SQL routes read a word in `status`, and `success`. */
const aboutStatement: readonly RefusalCode[] = [
  'sql_syntax_error',
  'sql_not_allowed',
  'sql_too_large',
  'sql_failed',
  'unknown_data_source',
  'confirmation_invalid',
];

/** What a rule refuses, as HTTP says it. A refusal and its problem have the same code. */
export function problemOfRefusal(refusal: Refusal): Problem {
  const { detail, errors, facts, retryAfterSeconds } = refusal.facts;
  const isAboutStatement = aboutStatement.includes(refusal.code);
  const options: ProblemOptions = { cause: refusal };
  if (detail !== undefined) options.detail = detail;
  if (errors !== undefined) options.errors = errors;
  if (retryAfterSeconds !== undefined) options.headers = { 'Retry-After': String(retryAfterSeconds) };
  if (isAboutStatement) options.statusWord = 'error';
  if (facts !== undefined || isAboutStatement)
    options.extra = isAboutStatement ? { success: false, ...facts } : { ...facts };
  return new Problem(refusal.code, options);
}
