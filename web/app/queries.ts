import { QueryClient, type InfiniteData, type QueryKey } from '@tanstack/preact-query';
import { isFollowed, isStale, live } from '../live/live';
import { isUnsettled } from './problem';
import type { Page } from './types';

/** Intervals of asking for lists anew, without and with a stream of their changes. */
const POLL_MS = 4_000;
const FOLLOWED_MS = 60_000;
const OFFLINE_MS = 30_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      refetchOnReconnect: true,
      retryDelay: (tries) => Math.min(500 * 2 ** tries, 5_000),
      retry: (tries, error) => isUnsettled(error) && tries < 3,
    },
  },
});

export function pollMs(): number {
  if (live.value.kind === 'offline') return OFFLINE_MS;
  return isFollowed.value && !isStale.value ? FOLLOWED_MS : POLL_MS;
}

type Pages<Item> = InfiniteData<Page<Item>, string | undefined>;

/** Changes the items of every loaded list whose key begins so. `change` gets the key, and gives the same items when nothing changes. */
export function patchPages<Item>(
  prefix: QueryKey,
  change: (items: readonly Item[], key: QueryKey) => readonly Item[],
): void {
  for (const [key, data] of queries.getQueriesData<Pages<Item>>({ queryKey: prefix })) {
    if (data === undefined) continue;
    const sizes = data.pages.map(({ items }) => items.length);
    const before = data.pages.flatMap(({ items }) => items);
    const after = change(before, key);
    if (after === before) continue;
    queries.setQueryData<Pages<Item>>(key, { ...data, pages: paged(data.pages, after, sizes) });
  }
}

/** A new row enters the first page; a removed row leaves its page shorter. */
function paged<Item>(
  pages: readonly Page<Item>[],
  items: readonly Item[],
  sizes: readonly number[],
): Page<Item>[] {
  const behindFirst = sizes.slice(1).reduce((sum, size) => sum + size, 0);
  let at = Math.max(0, items.length - behindFirst);
  return pages.map((page, index) => {
    if (index === 0) return { ...page, items: items.slice(0, at) };
    const from = at;
    at += sizes[index] ?? 0;
    return { ...page, items: items.slice(from, at) };
  });
}
