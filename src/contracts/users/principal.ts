import { z } from 'zod';

export const roleSchema = z.enum(['ANALYST', 'ADMIN']).meta({ id: 'Role' });
export type Role = z.infer<typeof roleSchema>;

/** The caller. `via` says how they proved it; `apiKeyId` names the key when it was one. */
export interface Principal {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly via: 'api_key' | 'jwt' | 'console';
  readonly apiKeyId?: string;
  /** When the token, key or cookie ends by itself; absent when it does not. */
  readonly goodUntilMs?: number;
}

/** Where a request came from, as the audit log keeps it. */
export interface Origin {
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}

/** A change of a user, or of their keys, announces the user's id here; every process drops its cached principal. */
export const principalsChangedChannel = 'principals_changed';
