import { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'slk_';

export interface NewApiKey {
  /** Shown once, kept nowhere. */
  readonly secret: string;
  readonly hash: Buffer;
  /** Enough to recognise a key in a list, of no use to guess it. */
  readonly hint: string;
}

export function newApiKey(): NewApiKey {
  const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashApiKey(secret), hint: apiKeyHint(secret) };
}

export function apiKeyHint(secret: string): string {
  return `${PREFIX}…${secret.slice(-4)}`;
}

/** 256 random bits need no slow hash: there is nothing to guess. */
export function hashApiKey(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}
