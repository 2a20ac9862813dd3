import type { RouteRecord } from '../../contracts/route.js';

/** An upload, and a raw route without a schema, read their own stream. Other changes take JSON or nothing. */
export function takesBody(route: RouteRecord): boolean {
  if (route.body !== undefined) return true;
  return route.kind !== 'raw' && route.kind !== 'upload' && route.method !== 'GET';
}
