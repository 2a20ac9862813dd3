import { z } from 'zod';
import { decisionLimits, decisions } from '../../domain/sessions/decision-message.js';
import { stepNames } from '../../domain/sessions/state.js';
import { runStatuses } from '../../domain/runs/status.js';
import { idSchema } from '../ids.js';
import { templateName } from '../templates/template.js';

const comment = z.string().max(decisionLimits.comment).meta({ description: 'Kept with the decision.' });
const notes = z
  .string()
  .max(decisionLimits.notes)
  .meta({ description: 'Reaches the prompts of the phases after this one.' });
const model = z.string().min(1).max(200);
const digest = z.string().min(1).max(decisionLimits.digest);
const instructions = z.string().min(1).max(decisionLimits.instructions);

/** Free input of a session: kept as given, shown to the model as data. */
const sessionInput = z.union([z.string().max(500_000), z.record(z.string(), z.unknown())]);

export const sessionStatus = z.enum(runStatuses);

export const budgetSchema = z.strictObject({
  maxTokens: z.int().min(1).max(1_000_000_000).optional(),
  maxCostUsd: z.number().positive().max(1_000_000).optional(),
});
export type Budget = z.infer<typeof budgetSchema>;

export const createSessionBody = z
  .strictObject({
    topic: z.string().trim().min(1).max(10_000),
    template: templateName.default('viral-content'),
    input: sessionInput.optional(),
    model: model.optional(),
    autoProgressSteps: z.boolean().optional(),
    autoProgressPhases: z.boolean().optional(),
    gate: z
      .strictObject({
        timeoutSeconds: z.int().min(1).max(31_536_000).optional(),
        onTimeout: z.enum(['hold', 'approve', 'reject']).optional(),
      })
      .optional(),
    budget: budgetSchema.optional(),
    tags: z.array(z.string().trim().min(1).max(100)).max(20).optional(),
  })
  .meta({ id: 'CreateSession' });
export type CreateSession = z.infer<typeof createSessionBody>;

export const proceedBody = z.strictObject({
  comment: comment.optional(),
  notes: notes.optional(),
  outputDigest: digest.optional(),
});

/** Changes that are possible before the due step runs (again). */
export const stepTriggerBody = z.strictObject({
  model: model.optional(),
  instructions: instructions.optional(),
});

export const continueBody = stepTriggerBody.extend({
  /** Leave the failed step out; the reason marks the gap in the phase. */
  skip: z.strictObject({ reason: z.string().trim().min(1).max(1_000) }).optional(),
  /** New limits, after the budget was used up. */
  budget: budgetSchema.optional(),
  /** End here with what there is. */
  finish: z.boolean().optional(),
});

export const reasonBody = z.strictObject({ reason: z.string().max(1_000).optional() });

export const redoBody = z.strictObject({
  from: z.strictObject({ phase: z.int().min(1).max(20), step: z.enum(stepNames).default('THINK') }),
  instructions: instructions.optional(),
  input: sessionInput.optional(),
  model: model.optional(),
  dryRun: z.boolean().default(false),
});
export type RedoBody = z.infer<typeof redoBody>;

export const decideBody = z
  .strictObject({
    decision: z.enum(decisions),
    outputDigest: digest,
    comment: comment.optional(),
    notes: notes.optional(),
    edits: z
      .union([z.string().min(1).max(decisionLimits.edits), z.record(z.string(), z.unknown())])
      .optional(),
    instructions: instructions.optional(),
  })
  // Another decision would drop what a person wrote, without a word.
  .refine(({ decision, edits }) => edits === undefined || decision === 'edit', {
    path: ['edits'],
    message: 'are for the decision edit alone',
  })
  .refine(({ decision, instructions }) => instructions === undefined || decision === 'redo', {
    path: ['instructions'],
    message: 'are for the decision redo alone',
  });
export type DecideBody = z.infer<typeof decideBody>;

export const bulkDecideBody = z.strictObject({
  template: templateName.optional(),
  phase: z.int().min(1).max(20),
  comment: comment.optional(),
  dryRun: z.boolean().default(true),
  /** From the preview: the gates to approve, with the digests that were shown. */
  gates: z
    .array(z.strictObject({ gateId: idSchema('gate'), outputDigest: digest }))
    .max(200)
    .optional(),
});

export const progressSchema = z
  .object({
    currentPhase: z.int(),
    currentStep: z.enum(stepNames).nullable(),
    completedPhases: z.array(z.int()),
    canProceed: z.boolean(),
    requiresManualTrigger: z.boolean(),
    status: sessionStatus,
    percent: z.int(),
    totalPhases: z.int(),
    phaseTitle: z.string(),
    attempt: z.int(),
    gateId: z.string().nullable(),
    outputDigest: z.string().nullable(),
    waitingSince: z.string().nullable(),
    deadlineAt: z.string().nullable(),
    reason: z.string().nullable(),
    elapsedMs: z.int(),
    waitMs: z.int(),
    etaMs: z.int().nullable(),
    etaBasis: z.string().nullable(),
    updatedAt: z.string(),
    version: z.int(),
  })
  .meta({ id: 'SessionProgress' });
export type SessionProgressView = z.infer<typeof progressSchema>;
