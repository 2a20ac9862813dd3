import { z } from 'zod';
import { stepNames } from '../../domain/sessions/state.js';
import { sessionStatus } from './session.js';
import { idSchema } from '../ids.js';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const MAX_WINDOW_MS = 90 * UNIT_MS.d;

export function windowMs(text: string): number {
  return Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS];
}

export const metricsQuery = z.strictObject({
  window: z
    .string()
    .regex(/^[1-9]\d{0,4}[mhd]$/, 'must be like 30m, 24h or 7d')
    .refine(
      (text) => !/^[1-9]\d{0,4}[mhd]$/.test(text) || windowMs(text) <= MAX_WINDOW_MS,
      'must be at most 90d',
    )
    .default('24h')
    .meta({ description: 'How far back, for example 30m, 24h or 7d; at most 90d.' }),
});

const work = {
  runs: z.int().meta({ description: 'Runs of steps that ended in the window.' }),
  completed: z.int(),
  failed: z.int(),
  retries: z.int(),
  errorRate: z
    .number()
    .nullable()
    .meta({ description: 'Failed of all that completed or failed; null when none did.' }),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  totalMs: z.number(),
};
const workTotals = z.object(work);
export type WorkTotals = z.infer<typeof workTotals>;

const wait = z.object({
  decisions: z.int().meta({ description: 'Gates decided in the window.' }),
  open: z.int().meta({ description: 'Gates that wait now.' }),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  totalMs: z.number(),
});
export type WaitTotals = z.infer<typeof wait>;

const stalledSession = z.object({
  id: idSchema('session'),
  topic: z.string(),
  template: z.string(),
  status: sessionStatus,
  reason: z.enum(['needs_attention', 'not_started', 'no_movement', 'waiting_for_people', 'paused']),
  unchangedMs: z.int(),
  updatedAt: z.string(),
});
export type StalledSession = z.infer<typeof stalledSession>;

const stalledSessions = z.object({
  total: z.int(),
  items: z.array(stalledSession).meta({ description: 'Longest unchanged first, at most 50.' }),
});

export const sessionMetricsSchema = z
  .object({
    window: z.string(),
    from: z.string(),
    to: z.string(),
    templates: z.array(
      workTotals.extend({
        template: z.string(),
        sessions: z.object({
          created: z.int(),
          open: z.int(),
          completed: z.int(),
          failed: z.int(),
          rejected: z.int(),
          canceled: z.int(),
        }),
        wait,
        phases: z.array(
          workTotals.extend({
            phase: z.int(),
            key: z.string().nullable(),
            title: z.string().nullable(),
            wait,
            steps: z.array(workTotals.extend({ step: z.enum(stepNames) })),
          }),
        ),
      }),
    ),
    bottlenecks: z
      .array(
        z.object({
          template: z.string(),
          phase: z.int(),
          step: z.enum(stepNames),
          runs: z.int(),
          totalMs: z.number(),
          share: z.number().meta({ description: 'Of all working time in the window, 0 to 1.' }),
          p95Ms: z.number().nullable(),
        }),
      )
      .meta({ description: 'The ten steps that take most of the working time.' }),
    humanShare: z
      .number()
      .nullable()
      .meta({ description: 'Waiting for people as a part of waiting and working together.' }),
    stuck: stalledSessions.meta({ description: 'Should be moving and does not, or needs attention.' }),
    stale: stalledSessions.meta({ description: 'Waits for a person, or is paused, for longer than a day.' }),
  })
  .meta({ id: 'SessionMetrics' });
export type SessionMetrics = z.infer<typeof sessionMetricsSchema>;
