import { wellFormed } from '../../domain/well-formed.js';

/** Whether PostgreSQL could not keep the text: a NUL, or half of a surrogate pair. */
export function isUnstorable(text: string): boolean {
  return wellFormed(text) !== text;
}

/** The place of the first such text in a JSON value, as key or value; undefined without one. */
export function findUnstorable(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return isUnstorable(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const where = path === '' ? name : `${path}.${name}`;
    if (isUnstorable(name)) return wellFormed(where);
    const found = findUnstorable(member, where);
    if (found !== undefined) return found;
  }
  return undefined;
}
