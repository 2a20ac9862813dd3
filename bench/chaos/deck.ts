/**
 * The disturbances of the stack. Each kind is drawn once before any is drawn again, in an order that the seed
 * decides.
 */
export const kinds = [
  'kill worker',
  'kill api',
  'kill temporal',
  'kill postgres',
  'freeze worker',
  'freeze api',
  'freeze temporal',
  'reset a session',
] as const;
export type DisturbanceKind = (typeof kinds)[number];

export interface Dice {
  /** From 0 to 1, never 1. */
  roll(): number;
  draw(): DisturbanceKind;
}

/** The same seed gives the same rolls and draws. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (): number => {
    // A step of SplitMix32: every 32-bit state comes once in its period.
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  let deck: DisturbanceKind[] = [];
  const draw = (): DisturbanceKind => {
    if (deck.length === 0) deck = [...kinds];
    const [drawn = kinds[0]] = deck.splice(Math.floor(roll() * deck.length), 1);
    return drawn;
  };
  return { roll, draw };
}
