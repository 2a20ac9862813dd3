import { signal } from '@preact/signals';

export interface Me {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'ANALYST' | 'ADMIN';
  readonly links: { readonly temporal: string | null };
}

/** Undefined while it is not known yet; null when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);

export function signedOut(): void {
  me.value = null;
}

export function isAdmin(): boolean {
  return me.value?.role === 'ADMIN';
}
