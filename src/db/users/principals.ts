import type { Principal, Role } from '../../contracts/users/principal.js';
import { maybeOne, sql, type Db, type Sql } from '../base/sql.js';

export interface PrincipalRow {
  userId: string;
  email: string;
  name: string;
  role: Role;
}

/** Of a statement that has `users u` in it. */
export const principalColumns: Sql = sql`u.id as "userId", u.email, u.name, u.role`;

export type TokenHolder = (Omit<Principal, 'via'> & { readonly isActive: boolean }) | undefined;

/** The token's user; undefined before its first use. */
export function findTokenHolder(
  db: Db,
  token: { readonly issuer: string; readonly subject: string },
): Promise<TokenHolder> {
  return maybeOne<PrincipalRow & { isActive: boolean }>(
    db,
    sql`select ${principalColumns}, u.is_active as "isActive"
          from users u where u.issuer = ${token.issuer} and u.subject = ${token.subject}`,
  );
}
