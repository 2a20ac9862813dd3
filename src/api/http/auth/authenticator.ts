import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Pool } from 'pg';
import { hashApiKey } from '../../../crypto/api-key.js';
import { principalsChangedChannel, type Principal } from '../../../contracts/users/principal.js';
import { Problem } from '../problems.js';
import { findApiKeyHolder, touchApiKey } from '../../../db/users/api-keys.js';
import { findTokenHolder, type TokenHolder } from '../../../db/users/principals.js';
import { withTransaction } from '../../../db/base/transaction.js';
import { provisionUser } from '../../../db/users/provisioning.js';
import { findWebSessionHolder } from '../../../db/users/web-sessions.js';
import type { TokenVerifier, VerifiedToken } from '../../../platform/jwt.js';
import type { Logger } from '../../../platform/logger.js';
import type { Announcements } from '../../../platform/announcements.js';
import { PrincipalCache, type Found } from './principal-cache.js';
import { sessionTokenOf } from './session-cookie.js';

/**
 * The caller: an API key, a JWT, or the console's cookie, in this order and never a second one. A bad token beside a
 * good cookie is a bad token.
 */
export interface Authenticator {
  /** Undefined: the request has no token at all. Throws `unauthenticated` when it has one that is not good. */
  authenticate(request: IncomingMessage): Promise<Principal | undefined>;
  /** For a sign-in with what is in the body. */
  ofApiKey(secret: string): Promise<Principal | undefined>;
  forgetSession(token: string): void;
  /** After the commit of a change to them: this process does not wait to hear its own announcement. */
  forgetUser(userId: string): void;
}

export interface AuthenticatorDeps {
  readonly pool: Pool;
  readonly logger: Logger;
  readonly announcements: Announcements;
  readonly tokens?: TokenVerifier;
}

const API_KEY = /^slk_[A-Za-z0-9_-]{43}$/;

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { announcements } = deps;
  const cache = new PrincipalCache(() => announcements.listening);
  announcements.on(principalsChangedChannel, {
    onMessage: (userId) => cache.forgetUser(userId),
    onListening: () => cache.forgetAll(),
  });
  const ofApiKey = (secret: string): Promise<Principal | undefined> => {
    if (!API_KEY.test(secret)) return Promise.resolve(undefined);
    return cache.get(secret, () => findByApiKey(deps, hashApiKey(secret)));
  };
  const ofBearer = (token: string): Promise<Principal | undefined> => {
    if (token.startsWith('slk_')) return ofApiKey(token);
    const { tokens } = deps;
    if (tokens === undefined) return Promise.resolve(undefined);
    // Each way in has its own keys: a bearer token that spells a cookie's key would get its principal.
    return cache.get(`jwt:${token}`, () => findByToken(deps, tokens, token));
  };
  const ofCookie = (token: string): Promise<Principal | undefined> =>
    cache.get(`web:${token}`, () => findByCookie(deps, token));
  return {
    async authenticate(request) {
      const { authorization } = request.headers;
      if (authorization !== undefined) {
        const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
        return verdict(token === undefined ? undefined : await ofBearer(token));
      }
      const cookie = sessionTokenOf(request);
      return cookie === undefined ? undefined : verdict(await ofCookie(cookie));
    },
    ofApiKey,
    forgetSession: (token) => cache.forget(`web:${token}`),
    forgetUser: (userId) => cache.forgetUser(userId),
  };
}

function verdict(principal: Principal | undefined): Principal {
  if (principal !== undefined) return principal;
  throw new Problem('unauthenticated', {
    detail: 'The token is unknown, expired or revoked.',
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  });
}

async function findByApiKey(deps: AuthenticatorDeps, hash: Buffer): Promise<Found | undefined> {
  const holder = await findApiKeyHolder(deps.pool, hash);
  if (holder === undefined || !timingSafeEqual(holder.keyHash, hash)) return undefined;
  const { apiKeyId, userId, email, name, role } = holder;
  // Nobody waits for it: what a key was last used for is worth no millisecond of a request.
  touchApiKey(deps.pool, apiKeyId).catch((error: unknown) =>
    deps.logger.warn({ err: error, apiKeyId }, 'the last use of a key was not noted'),
  );
  return {
    principal: { userId, email, name, role, via: 'api_key', apiKeyId },
    leftMs: holder.leftMs ?? Infinity,
  };
}

async function findByCookie(deps: AuthenticatorDeps, token: string): Promise<Found | undefined> {
  const holder = await findWebSessionHolder(deps.pool, token);
  if (holder === undefined) return undefined;
  const { userId, email, name, role, leftMs } = holder;
  return { principal: { userId, email, name, role, via: 'console' }, leftMs };
}

async function findByToken(
  deps: AuthenticatorDeps,
  tokens: TokenVerifier,
  token: string,
): Promise<Found | undefined> {
  const verified = await verify(tokens, token);
  if (verified === undefined) return undefined;
  const holder = await holderOf(deps, verified);
  if (holder === undefined || !holder.isActive) return undefined;
  const { userId, email, name, role } = holder;
  return { principal: { userId, email, name, role, via: 'jwt' }, leftMs: verified.expiresAtMs - Date.now() };
}

async function verify(tokens: TokenVerifier, token: string): Promise<VerifiedToken | undefined> {
  try {
    return await tokens.verify(token);
  } catch (cause) {
    throw new Problem('identity_unavailable', { headers: { 'Retry-After': '3' }, cause });
  }
}

async function holderOf(deps: AuthenticatorDeps, verified: VerifiedToken): Promise<TokenHolder> {
  const known = await findTokenHolder(deps.pool, verified);
  if (known !== undefined) return known;
  const provisioned = await withTransaction(deps.pool, (tx) => provisionUser(tx, verified));
  if ('userId' in provisioned) return findTokenHolder(deps.pool, verified);
  throw new Problem('forbidden', { detail: refusals[provisioned.refused] });
}

const refusals = {
  no_email: 'The token is good, but names no e-mail address to make a user with.',
  email_taken: 'The token is good, but its e-mail address belongs to another user.',
  email_not_verified: 'The token is good, but its issuer does not vouch for its e-mail address.',
} as const;
