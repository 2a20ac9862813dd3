import { useInfiniteQuery } from '@tanstack/preact-query';
import { callAny } from '../app/client';
import { pollMs } from '../app/queries';
import type { InputOf, ItemOf, ListId, Page } from '../app/types';

/** So many pages would take long to ask for again. */
const MOST_POLLED = 4;

/** A list of the API, page after page. Its key begins with the given name and its operation. */
export function usePages<Id extends ListId>(key: string, list: Id, input: InputOf<Id>) {
  const pages = useInfiniteQuery({
    queryKey: [key, list, input],
    queryFn: async ({ pageParam, signal }) => {
      const given: { readonly query?: object } = input;
      const query = { ...given.query, limit: 50, cursor: pageParam };
      return (await callAny(list, { ...given, query, signal })) as Page<ItemOf<Id>>;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > MOST_POLLED ? false : pollMs()),
  });
  return {
    loaded: {
      data: pages.data?.pages.flatMap(({ items }) => items),
      error: pages.error,
      failureCount: pages.failureCount,
      failureReason: pages.failureReason,
      refetch: pages.refetch,
    },
    more: pages.hasNextPage ? () => void pages.fetchNextPage() : undefined,
    isLoadingMore: pages.isFetchingNextPage,
  };
}

export interface Pages {
  readonly more: (() => void) | undefined;
  readonly isLoadingMore: boolean;
}
