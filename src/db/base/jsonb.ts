import { wellFormed } from '../../domain/well-formed.js';

/** JSON text that PostgreSQL takes whatever the strings in it hold. `null` and `undefined` become SQL's NULL. */
export function toJsonb(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'string' ? wellFormed(member) : member,
  );
}
