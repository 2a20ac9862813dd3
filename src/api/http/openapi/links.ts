import { z } from 'zod';
import type { ResponseSpec, RouteRecord } from '../../../contracts/route.js';

interface Link {
  readonly operationId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Where an answer leads: to everything that is asked by the id of what it holds. Programs that explore the API follow them,
 * as tests do that make a record and then use it.
 */
export function linksOf(
  { path }: RouteRecord,
  { body }: ResponseSpec,
  routes: readonly RouteRecord[],
): Record<string, Link> | undefined {
  if (!(body instanceof z.ZodObject)) return undefined;
  const links = placesOf(body, path).flatMap(({ base, id }) =>
    routes
      .filter((route) => route.path === `${base}/:id` || route.path.startsWith(`${base}/:id/`))
      // Links that need more than the id are left to callers with the rest.
      .filter((route) => (route.path.match(/:/g) ?? []).length === 1)
      .map(({ operationId }) => [operationId, { operationId, parameters: { id } }] as const),
  );
  return links.length === 0 ? undefined : Object.fromEntries(links);
}

interface Place {
  /** Of the paths that take the id. */
  readonly base: string;
  readonly id: string;
}

function placesOf(body: z.ZodObject, path: string): Place[] {
  const base = path.replace(/\/:.*$/, '');
  const names = Object.keys(body.shape as object);
  if (names.includes('jobId')) return [{ base: '/jobs', id: '$response.body#/jobId' }];
  return names.includes('id') ? [{ base, id: '$response.body#/id' }] : [];
}
