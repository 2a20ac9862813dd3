import type { z } from 'zod';

/**
 * For `superRefine`: refuses a stretch of time that ends before it begins. Nothing is in it, and whoever mixed the two up
 * would take that for an answer.
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
