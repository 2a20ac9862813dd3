import type { Pool } from 'pg';
import { Refusal } from '../../contracts/refusal.js';
import type { Principal } from '../../contracts/users/principal.js';
import { redeemSignInToken } from '../../db/users/sign-in-tokens.js';
import { createWebSession, deleteWebSession, type SigningIn } from '../../db/users/web-sessions.js';

const TTL_SECONDS = 12 * 60 * 60;

export interface SignedIn {
  readonly userId: string;
  readonly token: string;
  readonly leftSeconds: number;
}

/** `principal` is the one whom the key stands for; the session ends with the key. */
export async function signInByKey(pool: Pool, principal: Principal | undefined): Promise<SignedIn> {
  if (principal === undefined) throw new Refusal('unauthenticated', { detail: 'The API key is not valid.' });
  return signIn(pool, { userId: principal.userId, apiKeyId: principal.apiKeyId ?? null });
}

/** A link signs in once. */
export async function signInByLink(pool: Pool, linkToken: string): Promise<SignedIn> {
  const userId = await redeemSignInToken(pool, linkToken);
  if (userId === undefined) {
    throw new Refusal('unauthenticated', { detail: 'The sign-in link was used before, or is too old.' });
  }
  return signIn(pool, { userId, apiKeyId: null });
}

/** The token is worth nothing from now on, for whoever holds it. */
export async function signOut(pool: Pool, token: string): Promise<void> {
  await deleteWebSession(pool, token);
}

async function signIn(pool: Pool, who: SigningIn): Promise<SignedIn> {
  return { userId: who.userId, ...(await createWebSession(pool, who, TTL_SECONDS)) };
}
