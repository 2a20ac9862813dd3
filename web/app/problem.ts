import { ApiProblem } from '../../src/client/problem.js';
import { t } from './i18n';

/** True of a refusal with one of the codes, or with any code if none is named. */
export function isProblem(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
}

/** True if the request may or may not have taken effect. */
export function isUnsettled(error: unknown): boolean {
  return error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status);
}

/** The words of the language, and those of the API where they say more. The API speaks English. */
export function wordsOf(error: unknown): { readonly text: string; readonly detail?: string } {
  const { unexpected, byCode, before } = t().problems;
  if (!isProblem(error)) return { text: unexpected };
  const known = byCode[error.code as keyof typeof byCode];
  if (known !== undefined) return { text: known };
  const lead = before[error.code as keyof typeof before];
  return lead === undefined ? { text: error.message } : { text: lead, detail: error.message };
}
