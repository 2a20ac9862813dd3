import { z } from 'zod';
import { decimal } from './decimal.js';

/** The two query parameters that every list takes. */
export const pageQuery = {
  limit: decimal(1, 100, { description: 'Items a page, 1 to 100.', standard: 20 }),
  cursor: z.string().max(2048).optional().meta({ description: 'Opaque, from nextCursor or prevCursor.' }),
};

export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    hasMore: z.boolean(),
    nextCursor: z.string().nullable(),
    prevCursor: z.string().nullable(),
    appliedFilters: z
      .record(z.string(), z.unknown())
      .meta({ description: 'The filters that this page was found by, as they were understood.' }),
  });
}

export interface Page<Item> {
  items: Item[];
  hasMore: boolean;
  nextCursor: string | null;
  prevCursor: string | null;
}
