import { signal } from '@preact/signals';
import { call } from '../app/client';
import { hasEnded, me } from '../app/me';
import { isProblem } from '../app/problem';
import { queries } from '../app/queries';

interface EntryProblem {
  readonly error: unknown;
  /** The thing that the API did not take. */
  readonly refused?: 'key' | 'link';
}

/** Why nobody is signed in, when it is something else than a first visit. */
export const entryProblem = signal<EntryProblem | null>(null);

export function refusedAs(refused: 'key' | 'link', error: unknown): EntryProblem {
  return isProblem(error, 'unauthenticated') ? { error, refused } : { error };
}

/**
 * Opens the console for whoever is signed in. `#signin=…` comes from the link that `npm start` prints. The
 * token leaves the address before anything else reads it, and a POST uses it up. A program that only fetches
 * links cannot use it.
 */
export async function enter(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('signin');
  if (token !== null) {
    history.replaceState(null, '', location.pathname + location.search);
    await call('signIn', { body: { signInToken: token } }).catch(
      (error: unknown) => (entryProblem.value = refusedAs('link', error)),
    );
  }
  await readMe();
}

export async function readMe(): Promise<void> {
  try {
    me.value = await call('me');
    entryProblem.value = null;
    hasEnded.value = false;
  } catch (error) {
    if (!isProblem(error, 'unauthenticated')) entryProblem.value = { error };
    me.value = null;
  }
}

export async function signIn(apiKey: string): Promise<void> {
  await call('signIn', { body: { apiKey } });
  queries.clear();
  await readMe();
}

export async function signOut(): Promise<void> {
  await call('signOut');
  queries.clear();
  me.value = null;
}
