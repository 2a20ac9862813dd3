import { z } from 'zod';
import { decimal } from '../decimal.js';
import { eventSchema } from '../events.js';

export const eventsQuery = z.strictObject({
  after: decimal(0, Number.MAX_SAFE_INTEGER, {
    description: 'The position that you have already. A Last-Event-ID header takes its place.',
  }),
  limit: decimal(1, 100, { description: 'Events of a page, 1 to 100. A stream has no limit.', standard: 20 }),
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
