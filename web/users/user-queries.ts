import { useInfiniteQuery, useQuery } from '@tanstack/preact-query';
import { get } from '../app/client';
import { queries } from '../app/queries';
import type { ApiKey, Page, User, UserStats } from '../app/types';

export const USERS = '/api/v1/users';

export type UserFilters = Readonly<Partial<Record<'q' | 'role' | 'isActive', string>>>;

export function useUsers(filters: UserFilters) {
  return useInfiniteQuery({
    queryKey: ['users', 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<User>>(USERS, { ...filters, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

export function useUserStats() {
  return useQuery({
    queryKey: ['users', 'stats'],
    queryFn: ({ signal }) => get<UserStats>(`${USERS}/stats`, {}, signal),
  });
}

export function useUser(id: string, { enabled = true } = {}) {
  return useQuery({
    queryKey: ['users', id],
    queryFn: ({ signal }) => get<User>(`${USERS}/${id}`, {}, signal),
    enabled,
  });
}

export function useApiKeys(id: string) {
  return useQuery({
    queryKey: ['users', id, 'keys'],
    queryFn: ({ signal }) => get<Page<ApiKey>>(`${USERS}/${id}/api-keys`, { limit: 100 }, signal),
  });
}

export function forgetUsers(): void {
  void queries.invalidateQueries({ queryKey: ['users'] });
}
