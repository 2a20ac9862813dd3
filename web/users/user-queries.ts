import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { call } from '../app/client';
import { queries } from '../app/queries';
import type { QueryOf } from '../app/types';

export type UserFilters = Pick<QueryOf<'listUsers'>, 'q' | 'role' | 'isActive'>;

export function useUsers(filters: UserFilters) {
  return useInfiniteQuery({
    queryKey: ['users', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      call('listUsers', { query: { ...filters, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

export function useUserStats() {
  return useQuery({
    queryKey: ['users', 'stats'],
    queryFn: ({ signal }) => call('getUserStats', { signal }),
  });
}

export function useUser(id: string, { enabled = true } = {}) {
  return useQuery({
    queryKey: ['users', id],
    queryFn: ({ signal }) => call('getUser', { params: { id }, signal }),
    enabled,
  });
}

export function useApiKeys(id: string) {
  return useQuery({
    queryKey: ['users', id, 'keys'],
    queryFn: ({ signal }) => call('listApiKeys', { params: { id }, query: { limit: 100 }, signal }),
  });
}

export function forgetUsers(): void {
  void queries.invalidateQueries({ queryKey: ['users'] });
}
