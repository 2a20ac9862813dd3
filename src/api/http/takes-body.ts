import type { RouteRecord } from '../../contracts/route.js';

/** A raw route without a schema reads its own stream (uploads). Everything else that changes takes JSON or nothing. */
export function takesBody(route: RouteRecord): boolean {
  if (route.body !== undefined) return true;
  return route.kind !== 'raw' && route.method !== 'GET';
}
