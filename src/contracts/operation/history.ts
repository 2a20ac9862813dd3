import { z } from 'zod';

/** How far back, and how long each part of it is. */
export const historySpans = {
  '1h': { partMs: 300_000, parts: 12 },
  '24h': { partMs: 3_600_000, parts: 24 },
  '7d': { partMs: 21_600_000, parts: 28 },
  '30d': { partMs: 86_400_000, parts: 30 },
} as const;
export type HistoryWindow = keyof typeof historySpans;

export const historyQuery = z.strictObject({
  window: z
    .enum(Object.keys(historySpans) as [HistoryWindow, ...HistoryWindow[]])
    .default('24h')
    .meta({ description: 'How far back: parts of 5 minutes, 1 hour, 6 hours or 1 day.' }),
});

const ms = z.number().nullable();

const endedSchema = z.object({
  count: z.int().meta({ description: 'How many ended.' }),
  failed: z.int(),
  p50Ms: ms.meta({ description: 'From start to end, of those that completed.' }),
  p95Ms: ms,
  waitP50Ms: ms.meta({ description: 'Until they started; of gates, until somebody decided.' }),
  waitP95Ms: ms,
});
export type EndedWork = z.infer<typeof endedSchema>;

const seriesSchema = z.object({
  of: z.enum(['step', 'run', 'gate']),
  name: z.string().meta({ description: 'Of a step or of a kind of run; `gate` of gates.' }),
  total: endedSchema,
  points: z
    .array(endedSchema.extend({ at: z.string().meta({ description: 'When the part begins.' }) }))
    .meta({ description: 'One for each part, oldest first. The last one is not over yet.' }),
});
export type HistorySeries = z.infer<typeof seriesSchema>;

export const workHistorySchema = z
  .object({
    window: z.string(),
    from: z.string(),
    to: z.string(),
    partMs: z.int(),
    series: z.array(seriesSchema),
  })
  .meta({ id: 'WorkHistory' });
export type WorkHistory = z.infer<typeof workHistorySchema>;
