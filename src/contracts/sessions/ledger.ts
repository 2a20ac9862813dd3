import { z } from 'zod';
import { decimal } from '../decimal.js';
import { stepNames } from '../../domain/sessions/state.js';
import { eventSchema } from '../events.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { budgetUseSchema, gateRecordSchema, sessionDetailSchema } from './views.js';
import { templateDefinition } from '../templates/template.js';

export const textDiffSchema = z.object({
  added: z.int(),
  removed: z.int(),
  exact: z.boolean().meta({ description: 'False: too different to align; all lines count as changed.' }),
  truncated: z.boolean(),
  hunks: z.array(
    z.object({
      leftLine: z.int(),
      rightLine: z.int(),
      lines: z.array(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() })),
    }),
  ),
});
export type TextDiff = z.infer<typeof textDiffSchema>;

export const stepStatus = z.enum(['running', 'completed', 'failed', 'canceled', 'skipped']);
const stepName = z.enum(stepNames);
const stepError = z.object({ code: z.string(), message: z.string() });

export const stepListQuery = z.strictObject({
  phase: decimal(1, 20),
  step: stepName.optional(),
  attempt: decimal(1, 1_000_000),
  status: stepStatus.optional(),
  ...pageQuery,
  limit: decimal(1, 100, { description: 'Steps a page, 1 to 100.', standard: 100 }),
});
export type StepFilters = Pick<z.output<typeof stepListQuery>, 'phase' | 'step' | 'attempt' | 'status'>;

const stepTrySchema = z
  .object({
    try: z.int(),
    startedAt: z.string(),
    finishedAt: z.string().nullable(),
    durationMs: z.int().nullable(),
    modelUsed: z.string().nullable(),
    tokensIn: z.int(),
    tokensOut: z.int(),
    costUsd: z.number().nullable(),
    error: stepError.nullable(),
  })
  .meta({ id: 'SessionStepTry' });
export type StepTry = z.infer<typeof stepTrySchema>;

const stepSchema = z
  .object({
    id: idSchema('step'),
    phase: z.int(),
    step: stepName,
    attempt: z.int(),
    status: stepStatus,
    promptDigest: z.string().nullable(),
    outputDigest: z.string().nullable(),
    outputBytes: z.int().nullable(),
    outputPreview: z.string().nullable(),
    reusedFrom: z
      .string()
      .nullable()
      .meta({ description: 'The step of another session that this result was taken over from, at no cost.' }),
    modelAsked: z.string().nullable(),
    modelUsed: z.string().nullable(),
    provider: z.string().nullable(),
    tokensIn: z.int(),
    tokensOut: z.int(),
    tokensCached: z.int(),
    tokensReasoning: z.int(),
    costUsd: z.number().nullable().meta({ description: 'Null when the price is not known.' }),
    finishReason: z.string().nullable(),
    ttftMs: z.int().nullable(),
    error: stepError.nullable(),
    queuedAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    durationMs: z.int().nullable(),
    tries: z.array(stepTrySchema),
  })
  .meta({ id: 'SessionStep' });
export type StepView = z.infer<typeof stepSchema>;

export const stepPageSchema = pageOf(stepSchema).meta({ id: 'SessionStepPage' });

export const stepDetailSchema = stepSchema
  .extend({
    prompt: z.unknown().meta({
      description: 'What the model was sent: system, messages, output schema. Null: no longer kept.',
    }),
    output: z.string().nullable(),
    outputContentType: z.string().nullable(),
    toolCalls: z.array(z.unknown()),
  })
  .meta({ id: 'SessionStepDetail' });
export type StepDetail = z.infer<typeof stepDetailSchema>;

const used = {
  runs: z.int(),
  tries: z.int(),
  reused: z.int().meta({ description: 'Taken over from another session; they cost nothing here.' }),
  tokensIn: z.int(),
  tokensOut: z.int(),
  tokensCached: z.int(),
  tokensReasoning: z.int(),
  costUsd: z.number(),
  unpricedSteps: z
    .int()
    .meta({ description: 'Steps whose price is not known: the cost is then a lower bound.' }),
};
const usedTotals = z.object(used);
export type UsedTotals = z.infer<typeof usedTotals>;

export const usageSchema = z
  .object({
    sessionId: idSchema('session'),
    total: usedTotals,
    budget: budgetUseSchema,
    phases: z.array(
      usedTotals.extend({
        phase: z.int(),
        title: z.string(),
        steps: z.array(usedTotals.extend({ step: stepName })),
      }),
    ),
  })
  .meta({ id: 'SessionUsage' });
export type Usage = z.infer<typeof usageSchema>;

/** Everything there is about a session, readable without this program. */
export const sessionBundleSchema = z
  .object({
    format: z.literal('sluice.session/1'),
    exportedAt: z.string(),
    session: sessionDetailSchema,
    template: templateDefinition.nullable(),
    steps: z.array(stepDetailSchema),
    gates: z.array(
      gateRecordSchema.extend({ editedOutput: z.string().nullable(), notes: z.string().nullable() }),
    ),
    usage: usageSchema,
    events: z.array(eventSchema),
  })
  .meta({ id: 'SessionBundle' });
export type SessionBundle = z.infer<typeof sessionBundleSchema>;

export const compareQuery = z.strictObject({
  with: z.union([idSchema('session'), z.string().regex(/^attempt:[1-9]\d{0,5}$/)]).meta({
    description: 'The id of another session, or attempt:<n> of this one.',
  }),
});

const side = z.object({
  id: idSchema('session'),
  attempt: z.int().nullable().meta({ description: 'Null: as the session stands now.' }),
  topic: z.string(),
  status: z.string(),
  template: z.object({ name: z.string(), version: z.int() }),
});

const outputRef = z.object({ number: z.int(), digest: z.string().nullable() });

export const comparisonSchema = z
  .object({
    left: side,
    right: side,
    equal: z.boolean(),
    phases: z.array(
      z.object({
        key: z.string(),
        title: z.string(),
        left: outputRef.nullable().meta({ description: 'Null: there is no such phase on this side.' }),
        right: outputRef.nullable(),
        state: z.enum(['equal', 'changed', 'only_left', 'only_right', 'none']),
        diff: textDiffSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'SessionComparison' });
export type Comparison = z.infer<typeof comparisonSchema>;
