import { isIPv6 } from 'node:net';
import type { Context } from 'koa';
import type { Principal } from '../../../contracts/users/principal.js';
import { Problem } from '../problems.js';
import type { ApiMetrics } from '../../../platform/metrics/api-metrics.js';
import type { RateLimiter, RateLimitVerdict } from './rate-limiter.js';

export interface RequestLimits {
  readonly limiter: RateLimiter;
  readonly metrics: ApiMetrics;
  readonly perUser: number;
  readonly perAddress: number;
}

/** Counts a request to its user, or to its address when nobody has signed in; throws `rate_limited`. */
export async function limitRequest(
  limits: RequestLimits,
  ctx: Context,
  principal: Principal | undefined,
): Promise<void> {
  const { limiter, perUser, perAddress } = limits;
  const taken =
    principal === undefined
      ? limiter.take(`ip:${networkOf(ctx.ip)}`, perAddress)
      : limiter.take(principal.userId, perUser);
  const verdict = taken instanceof Promise ? await taken : taken;
  setHeaders(ctx, verdict);
  requireAllowed(limits, verdict);
}

/**
 * For an upgrade, before any look-up: finding the caller is the cost that a flood would cause. An address may be that
 * of many people, so it has the limit of a user.
 */
export async function limitUpgrade(limits: RequestLimits, address: string): Promise<void> {
  requireAllowed(limits, await limits.limiter.take(`upgrade:${networkOf(address)}`, limits.perUser));
}

/** An upgrade that proved nothing counts as any other request without a valid token. */
export async function limitGuess(limits: RequestLimits, address: string): Promise<void> {
  requireAllowed(limits, await limits.limiter.take(`ip:${networkOf(address)}`, limits.perAddress));
}

function requireAllowed({ metrics }: RequestLimits, verdict: RateLimitVerdict): void {
  if (verdict.allowed) return;
  metrics.rateLimited();
  throw new Problem('rate_limited', {
    detail: `The limit is ${verdict.limit} requests a minute.`,
    headers: { 'Retry-After': String(verdict.resetSeconds) },
  });
}

function setHeaders(ctx: Context, { limit, remaining, resetSeconds }: RateLimitVerdict): void {
  ctx.res.setHeader('RateLimit-Policy', `"default";q=${limit};w=60`);
  ctx.res.setHeader('RateLimit', `"default";r=${remaining};t=${resetSeconds}`);
}

/** The holder of an IPv6 address has 2^64 of them: their network counts. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  if (address.startsWith('::ffff:')) return address.slice(7);
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  const groups = address.includes('::') ? [...left, ...zeros, ...right] : left;
  return `${groups.slice(0, 4).join(':')}::/64`;
}
