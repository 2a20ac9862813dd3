/**
 * Where an event stands among those of all runs. It has its transaction, and which of that transaction's events it is,
 * from 1.
 * `n` 0 is a place between: everything of earlier transactions lies before it.
 */
export interface ChangePlace {
  readonly tx: number;
  readonly n: number;
}

export function isAfter(one: ChangePlace, other: ChangePlace): boolean {
  return one.tx === other.tx ? one.n > other.n : one.tx > other.tx;
}

/** `<tx>-<n>`: the id of a frame, and what its reader gives to resume. */
export function placeId({ tx, n }: ChangePlace): string {
  return `${tx}-${n}`;
}

export const placeIdPattern = /^(\d{1,15})-(\d{1,9})$/;

/** Undefined for what is no such id. */
export function placeOfId(id: string): ChangePlace | undefined {
  const [, tx, n] = placeIdPattern.exec(id) ?? [];
  return tx === undefined ? undefined : { tx: Number(tx), n: Number(n) };
}
