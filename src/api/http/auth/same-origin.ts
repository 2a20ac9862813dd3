import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from one of our own pages, as the browser says. SameSite=Strict keeps the cookie from other
 * sites; this keeps it from other origins of the same site as well. A request that says nothing is not from a page.
 */
export function isSameOrigin(request: IncomingMessage, publicUrl: string | undefined): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  return host !== undefined && new URL(origin).host === host;
}

/** Only a browser sends either header. */
export function isFromBrowser(request: IncomingMessage): boolean {
  return request.headers['sec-fetch-site'] !== undefined || request.headers.origin !== undefined;
}
