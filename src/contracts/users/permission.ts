import { z } from 'zod';
import type { Role } from './principal.js';

/** Rights that have a name of their own, beside those over one's own records and those of every ADMIN. */
export const permissionSchema = z.enum(['view_payloads']).meta({
  id: 'Permission',
  description: '`view_payloads`: read what the histories at Temporal hold, through the codec server.',
});
export type Permission = z.infer<typeof permissionSchema>;

const permissionsByRole: Readonly<Record<Role, readonly Permission[]>> = {
  ADMIN: ['view_payloads'],
  ANALYST: [],
};

export function permissionsOf(role: Role): readonly Permission[] {
  return permissionsByRole[role];
}
