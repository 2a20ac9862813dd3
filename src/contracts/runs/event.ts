import { z } from 'zod';
import { eventSchema } from '../events.js';

export const eventsQuery = z.strictObject({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().meta({
    description: 'The position that you have already. A Last-Event-ID header takes its place.',
  }),
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({
    description: 'Events of a page, 1 to 100. A stream has no limit.',
  }),
});

export const eventPageSchema = z
  .object({
    items: z.array(eventSchema),
    hasMore: z.boolean(),
    nextAfter: z.number().int().meta({ description: 'Ask with `?after=` this for what follows.' }),
    lastPos: z.number().int().meta({ description: 'Position of the newest event.' }),
    finished: z.boolean().meta({ description: 'True: no event follows lastPos.' }),
  })
  .meta({ id: 'EventPage' });
