import type { PageRequest } from '../../../src/db/base/keyset.js';

/** The first page of a list, or the one behind a row. */
export function pageOf(limit: number, after?: { readonly at: string; readonly id: string }): PageRequest {
  if (after === undefined) return { limit, position: undefined };
  return { limit, position: { direction: 'next', key: after, inclusive: false } };
}
