import { signal } from '@preact/signals';
import type { Me } from './types';

/** Undefined while it is not known yet; null when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);

export function signedOut(): void {
  me.value = null;
}

export function isAdmin(): boolean {
  return me.value?.role === 'ADMIN';
}
