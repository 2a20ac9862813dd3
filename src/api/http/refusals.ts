import { statementRefusals, type Refusal, type RefusalCode } from '../../contracts/refusal.js';
import { Problem, type ProblemOptions } from './problems.js';

/** Clients of the SQL routes read a word in `status`, and `success`. */
const aboutStatement: readonly RefusalCode[] = statementRefusals;

/** A rule's refusal, as HTTP expresses it. A refusal and its problem have the same code. */
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
