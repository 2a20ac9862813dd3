import { useEffect, useState } from 'preact/hooks';

interface Named {
  readonly id: string;
}

export interface SteadyList<Item> {
  readonly shown: readonly Item[];
  /** How many arrived and are not shown yet. */
  readonly arrived: number;
  readonly show: () => void;
}

/**
 * A list in which nothing moves under the pointer: rows keep their place and are brought up to date there, rows that
 * are gone leave, and new ones wait until they are asked for.
 */
export function useSteadyList<Item extends Named>(items: readonly Item[]): SteadyList<Item> {
  const [order, setOrder] = useState<readonly string[]>(() => items.map(({ id }) => id));
  const byId = new Map(items.map((item) => [item.id, item]));
  const shown = order.flatMap((id) => byId.get(id) ?? []);
  const known = new Set(order);
  const arrived = items.filter(({ id }) => !known.has(id)).length;
  const show = (): void => setOrder(items.map(({ id }) => id));
  // Where nothing is shown, nothing can move.
  useEffect(() => {
    if (shown.length === 0 && items.length > 0) show();
  }, [items]);
  return { shown, arrived, show };
}
