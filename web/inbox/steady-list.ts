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
 * A list in which nothing moves under the pointer. Rows keep their place and are updated there. Rows that are
 * gone leave. New rows wait until they are asked for. A row that comes below the last one moves nothing, so
 * it is shown at once.
 */
export function useSteadyList<Item extends Named>(items: readonly Item[]): SteadyList<Item> {
  const [order, setOrder] = useState<readonly string[]>(() => items.map(({ id }) => id));
  const byId = new Map(items.map((item) => [item.id, item]));
  const known = new Set(order);
  const lastKnown = items.findLastIndex(({ id }) => known.has(id));
  const below = items.slice(lastKnown + 1);
  const shown = [...order.flatMap((id) => byId.get(id) ?? []), ...below];
  const arrived = items.slice(0, lastKnown + 1).filter(({ id }) => !known.has(id)).length;
  const show = (): void => setOrder(items.map(({ id }) => id));
  useEffect(() => {
    if (below.length > 0) setOrder(shown.map(({ id }) => id));
  }, [items]);
  return { shown, arrived, show };
}
