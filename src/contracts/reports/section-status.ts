import { z } from 'zod';

/** How a section of a report came out. */
export const sectionStatusSchema = z.object({
  name: z.string(),
  title: z.string(),
  status: z.enum(['complete', 'missing']),
  error: z.string().optional(),
});
