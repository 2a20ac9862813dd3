/** The claims of a valid token about its holder. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  readonly name: string | undefined;
}

export interface KnownUser {
  readonly id: string;
  readonly issuer: string | null;
}

export type ProvisioningStep =
  | { readonly kind: 'use'; readonly userId: string }
  | { readonly kind: 'link'; readonly userId: string }
  | { readonly kind: 'create'; readonly email: string; readonly name: string }
  | { readonly kind: 'refuse'; readonly reason: 'no_email' | 'email_taken' | 'email_not_verified' };

/**
 * P1. A user is known by (issuer, subject). An address can change hands; a subject cannot.
 * P2. A user made here is linked to the first token with their address, if the issuer vouches for it. An address that is
 *     not vouched for would let anyone become an administrator by claiming theirs.
 * P3. Anyone else becomes a new ANALYST. A token never gives a role; an administrator does.
 */
export function provisioningStep(
  identity: TokenIdentity,
  bySubject: KnownUser | undefined,
  byEmail: KnownUser | undefined,
): ProvisioningStep {
  if (bySubject !== undefined) return { kind: 'use', userId: bySubject.id };
  if (identity.email === undefined) return { kind: 'refuse', reason: 'no_email' };
  if (byEmail === undefined)
    return { kind: 'create', email: identity.email, name: identity.name ?? identity.email };
  if (byEmail.issuer !== null) return { kind: 'refuse', reason: 'email_taken' };
  if (!identity.emailVerified) return { kind: 'refuse', reason: 'email_not_verified' };
  return { kind: 'link', userId: byEmail.id };
}
