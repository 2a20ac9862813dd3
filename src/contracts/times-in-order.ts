import type { z } from 'zod';

/**
 * For `superRefine`: refuses a stretch of time that ends before it begins. It would be empty, and a caller who swapped
 * the two would take that for an answer.
 */
export function timesInOrder<From extends string, To extends string>(from: From, to: To) {
  return (
    times: { readonly [Name in From | To]?: string | undefined },
    context: Pick<z.RefinementCtx, 'addIssue'>,
  ): void => {
    const [start, end] = [times[from], times[to]];
    if (start === undefined || end === undefined || Date.parse(start) <= Date.parse(end)) return;
    context.addIssue({ code: 'custom', path: [to], message: `must not be before ${from}` });
  };
}
