import { signal } from '@preact/signals';
import type { Me } from './types';

/** Undefined while it is not known yet; null when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);

/** True of somebody who was signed in until the API no longer took it. */
export const hasEnded = signal(false);

export function signedOut(): void {
  hasEnded.value ||= me.value != null;
  me.value = null;
}

export function isAdmin(): boolean {
  return me.value?.role === 'ADMIN';
}
