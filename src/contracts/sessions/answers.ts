import { z } from 'zod';
import { stepNames } from '../../domain/sessions/state.js';
import { inboxGateSchema } from './gate-inbox.js';
import { idSchema } from '../ids.js';
import { sessionLinksSchema } from './views.js';

/** What starting, redoing and deciding on sessions answer, where that is not their progress. */
export const acceptedSessionSchema = z
  .object({ id: idSchema('session'), status: z.literal('queued'), links: sessionLinksSchema })
  .meta({ id: 'AcceptedSession' });

const place = { phase: z.int(), step: z.enum(stepNames) };

export const rerunPreviewSchema = z
  .object({
    reusedSteps: z.array(z.object({ ...place, stepId: z.string() })),
    rerunSteps: z.array(z.object(place)),
    estimatedTokens: z.int().nullable(),
    estimatedCostUsd: z.number().nullable().meta({ description: 'null: nothing to tell it from.' }),
  })
  .meta({ id: 'RerunPreview' });

const previewedGate = inboxGateSchema.pick({
  ...{ id: true, sessionId: true, topic: true, phase: true, attempt: true, phaseTitle: true },
  ...{ status: true, outputDigest: true, openedAt: true, deadlineAt: true },
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
