import { useInfiniteQuery } from '@tanstack/preact-query';
import { get } from '../app/client';
import { pollMs } from '../app/queries';
import type { Page } from '../app/types';

export type Filters = Readonly<Record<string, string | undefined>>;

/** So many pages would take long to ask for again. */
const MOST_POLLED = 4;

/** A list of the API, page after page. Its key begins with the given name and its path. */
export function usePages<Item>(key: string, path: string, filters: Filters) {
  const pages = useInfiniteQuery({
    queryKey: [key, path, filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<Item>>(path, { ...filters, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > MOST_POLLED ? false : pollMs()),
  });
  return {
    loaded: {
      data: pages.data?.pages.flatMap(({ items }) => items),
      error: pages.error,
      refetch: pages.refetch,
    },
    more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    isLoadingMore: pages.isFetchingNextPage,
  };
}

export type Pages = ReturnType<typeof usePages<unknown>>;
