import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { TokenIdentity } from '../domain/users/provisioning.js';
import { wellFormed } from '../domain/well-formed.js';
import { ConfigError, type Config } from './config.js';

export interface VerifiedToken extends TokenIdentity {
  readonly expiresAtMs: number;
}

/** Checks JWTs of one issuer. Undefined: the token is not good. Throws when it cannot be decided right now. */
export interface TokenVerifier {
  verify(token: string): Promise<VerifiedToken | undefined>;
}

const CLOCK_TOLERANCE_SECONDS = 5;
const JWKS_TIMEOUT_MS = 3_000;
const LONGEST_TOKEN = 8_192;

/** Undefined when no issuer is configured: then only API keys are accepted. */
export function createTokenVerifier(config: Config): TokenVerifier | undefined {
  const { jwtIssuer: issuer, jwtAudience: audience, jwtAlgorithm } = config;
  if (issuer === undefined) return undefined;
  if (audience === undefined) throw new ConfigError(['JWT_AUDIENCE: needed together with JWT_ISSUER']);
  const key = keyOf(config);
  const options = {
    issuer,
    audience,
    // A single algorithm, ours: a token that names another one, or `none`, is refused whatever its signature.
    algorithms: [jwtAlgorithm],
    requiredClaims: ['exp', 'sub'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  return {
    async verify(token) {
      if (token.length > LONGEST_TOKEN) return undefined;
      try {
        const { payload } = await jwtVerify(token, key, options);
        return identityOf(payload, issuer);
      } catch (error) {
        if (isVerdict(error)) return undefined;
        throw error;
      }
    },
  };
}

function keyOf(config: Config): JWTVerifyGetKey {
  const { jwtAlgorithm, jwtSecret, jwtJwksUrl } = config;
  if (jwtAlgorithm === 'HS256') {
    if (jwtSecret === undefined) throw new ConfigError(['JWT_SECRET: needed for JWT_ALGORITHM=HS256']);
    const secret = new TextEncoder().encode(jwtSecret);
    return () => Promise.resolve(secret);
  }
  if (jwtJwksUrl === undefined)
    throw new ConfigError([`JWT_JWKS_URL: needed for JWT_ALGORITHM=${jwtAlgorithm}`]);
  return createRemoteJWKSet(new URL(jwtJwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
}

/** A key set that cannot be fetched says nothing about the token; everything else that jose throws does. */
function isVerdict(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError && error.code !== 'ERR_JOSE_GENERIC';
}

function identityOf(payload: JWTPayload, issuer: string): VerifiedToken | undefined {
  if (payload.sub === undefined || payload.exp === undefined || !isStorable(payload.sub)) return undefined;
  return {
    issuer,
    subject: payload.sub,
    email: textOf(payload['email']),
    emailVerified: payload['email_verified'] === true,
    name: textOf(payload['name']),
    expiresAtMs: payload.exp * 1_000,
  };
}

/** A subject that PostgreSQL cannot keep is nobody's: looked up, it would be a failure of ours. */
function isStorable(subject: string): boolean {
  return subject !== '' && wellFormed(subject) === subject;
}

function textOf(claim: unknown): string | undefined {
  if (typeof claim !== 'string' || claim.length > 254 || /\p{Cc}/u.test(claim)) return undefined;
  return claim.trim() === '' ? undefined : claim.trim();
}
