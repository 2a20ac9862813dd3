import { z } from 'zod';
import { stepNames } from '../../domain/sessions/state.js';
import { inboxGateSchema } from './gate-inbox.js';
import { idSchema } from '../ids.js';
import { sessionLinksSchema } from './views.js';

/** Answers to starting, redoing and deciding, other than progress. */
export const acceptedSessionSchema = z
  .object({ id: idSchema('session'), status: z.literal('queued'), links: sessionLinksSchema })
  .meta({ id: 'AcceptedSession' });

/** The bases of an estimate of running steps again. */
export const estimateBases = ['last_run', 'template_average', 'none'] as const;

const place = { phase: z.int(), step: z.enum(stepNames) };

export const rerunPreviewSchema = z
  .object({
    reusedSteps: z.array(z.object({ ...place, stepId: z.string() })),
    rerunSteps: z.array(z.object(place)).meta({ description: 'Ran before and will run again.' }),
    pendingSteps: z
      .array(z.object(place))
      .meta({ description: 'Have no result yet: they would have run anyway, and are not in the estimate.' }),
    estimatedTokens: z
      .int()
      .nullable()
      .meta({ description: 'Of rerunSteps. null: nothing to tell it from.' }),
    estimatedCostUsd: z.number().nullable().meta({ description: 'null: nothing to tell it from.' }),
    estimatedMs: z.int().nullable().meta({ description: 'One step after the other; null likewise.' }),
    basis: z.enum(estimateBases).meta({
      description:
        'What the estimate rests on: the last run of each of these steps, the average of its template for some, or nothing.',
    }),
  })
  .meta({ id: 'RerunPreview' });

const previewedGate = inboxGateSchema.pick({
  id: true,
  sessionId: true,
  topic: true,
  phase: true,
  attempt: true,
  phaseTitle: true,
  status: true,
  outputDigest: true,
  openedAt: true,
  deadlineAt: true,
});

export const bulkApprovalSchema = z
  .union([
    z.object({ dryRun: z.literal(true), gates: z.array(previewedGate) }),
    z.object({
      dryRun: z.literal(false),
      results: z.array(
        z.object({
          gateId: idSchema('gate'),
          status: z.enum(['approved', 'refused']),
          code: z.string().optional().meta({ description: 'Of the problem for which it was refused.' }),
        }),
      ),
    }),
  ])
  .meta({ id: 'BulkApproval' });
