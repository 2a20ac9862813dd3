import { z } from 'zod';
import { givenMoment } from '../moment.js';
import { gateStatuses } from '../../domain/sessions/gate-status.js';
import { phaseStatuses } from '../../domain/sessions/phases.js';
import { stepNames } from '../../domain/sessions/state.js';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { progressSchema, sessionStatus } from './session.js';
import { templateName } from '../templates/template.js';
import { timesInOrder } from '../times-in-order.js';

/** `running` or `running,paused`. */
const statusList = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(sessionStatus).min(1))
  .meta({ description: 'One status, or several with commas between.' });

export const sessionListQuery = z
  .strictObject({
    status: statusList.optional(),
    template: templateName.optional(),
    tag: z.string().min(1).max(100).optional(),
    ownerId: idSchema('user').optional(),
    q: z.string().trim().min(1).max(200).optional().meta({ description: 'Part of the topic.' }),
    createdFrom: givenMoment.optional(),
    createdTo: givenMoment.optional(),
    ...pageQuery,
  })
  .superRefine(timesInOrder('createdFrom', 'createdTo'));

export const sessionLinksSchema = z
  .object({
    self: z.string(),
    progress: z.string(),
    events: z.string(),
    temporal: z
      .string()
      .nullable()
      .meta({ description: 'Its workflow in the Temporal Web UI, if there is one.' }),
  })
  .meta({ id: 'SessionLinks' });

const templateRef = z.object({ name: z.string(), version: z.int() });
const owner = z.object({ id: z.string(), name: z.string() });

export const sessionSummarySchema = z
  .object({
    id: idSchema('session'),
    topic: z.string(),
    status: sessionStatus,
    template: templateRef,
    owner,
    tags: z.array(z.string()),
    percent: z.int(),
    currentPhase: z.int(),
    currentStep: z.enum(stepNames).nullable(),
    totalPhases: z.int(),
    phaseTitle: z.string(),
    canProceed: z.boolean(),
    requiresManualTrigger: z.boolean(),
    gateId: z.string().nullable(),
    reason: z.string().nullable(),
    usedTokens: z.int(),
    usedCostUsd: z.number(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    updatedAt: z.string(),
    links: sessionLinksSchema,
  })
  .meta({ id: 'SessionSummary' });
export type SessionSummary = z.infer<typeof sessionSummarySchema>;

export const sessionPageSchema = pageOf(sessionSummarySchema).meta({ id: 'SessionPage' });

export const gateRecordSchema = z
  .object({
    id: idSchema('gate'),
    phase: z.int(),
    attempt: z.int(),
    phaseTitle: z.string(),
    status: z.enum(gateStatuses),
    outputDigest: z.string(),
    editedDigest: z.string().nullable(),
    openedAt: z.string(),
    deadlineAt: z.string().nullable(),
    expiredAt: z.string().nullable(),
    decidedAt: z.string().nullable(),
    decidedBy: owner.nullable().meta({ description: 'Null when a signal or the clock decided.' }),
    decidedVia: z
      .enum(['api', 'console', 'signal', 'timeout'])
      .nullable()
      .meta({ description: 'signal: by a signal or an update from the Temporal side.' }),
    comment: z.string().nullable(),
    notesDigest: z.string().nullable(),
  })
  .meta({ id: 'GateRecord' });
export type GateRecord = z.infer<typeof gateRecordSchema>;

const stepState = z.object({
  step: z.enum(stepNames),
  state: z.enum(['done', 'skipped', 'due', 'pending']),
  stepId: z.string().nullable(),
  attempt: z.int(),
});

const phaseViewSchema = z
  .object({
    number: z.int(),
    key: z.string(),
    title: z.string(),
    status: z.enum(phaseStatuses),
    attempt: z.int(),
    gate: z.boolean().meta({ description: 'Whether a person decides after it.' }),
    steps: z.array(stepState),
    output: z.string().nullable().meta({ description: 'What later phases read, as it stands now.' }),
    outputDigest: z.string().nullable(),
    outputBytes: z.int().nullable(),
    outputContentType: z.string().nullable(),
    lastSeenDigest: z
      .string()
      .nullable()
      .meta({ description: 'Of the output that you looked at last, on whichever device.' }),
    outputEdited: z.boolean().meta({ description: 'True: a reviewer wrote it.' }),
    gap: z.string().nullable().meta({ description: 'Why a step was left out.' }),
    notes: z.string().nullable().meta({ description: "A reviewer's notes for the phases after it." }),
    instructions: z.string().nullable().meta({ description: 'What was asked for when it was redone.' }),
  })
  .meta({ id: 'SessionPhase' });
export type PhaseView = z.infer<typeof phaseViewSchema>;

const budgetUse = z.object({
  maxTokens: z.int().nullable(),
  maxCostUsd: z.number().nullable(),
  usedTokens: z.int(),
  usedCostUsd: z.number(),
  reservedTokens: z.int(),
  reservedCostUsd: z.number(),
  unpricedCalls: z
    .int()
    .meta({ description: 'Calls whose price is not known: the cost is then a lower bound.' }),
  warned: z.boolean(),
});
export type BudgetUse = z.infer<typeof budgetUse>;
export const budgetUseSchema = budgetUse.meta({ id: 'SessionBudgetUse' });

const lineageSchema = z
  .object({
    origin: z
      .object({
        id: z.string(),
        relation: z.string(),
        from: z.object({ phase: z.int(), step: z.enum(stepNames) }).nullable(),
      })
      .nullable(),
    forks: z.array(z.object({ id: z.string(), status: sessionStatus, createdAt: z.string() })),
  })
  .meta({ id: 'SessionLineage' });

export const sessionDetailSchema = z
  .object({
    id: idSchema('session'),
    topic: z.string(),
    status: sessionStatus,
    template: templateRef,
    language: z.enum(['en', 'ja']),
    owner,
    tags: z.array(z.string()),
    input: z.union([z.string(), z.record(z.string(), z.unknown())]).nullable(),
    model: z
      .string()
      .nullable()
      .meta({ description: 'As asked for; null: as the template or the server says.' }),
    autoProgressSteps: z.boolean(),
    autoProgressPhases: z.boolean().meta({ description: 'No phase waits for a decision.' }),
    gateTimeout: z.object({
      timeoutSeconds: z.number().nullable(),
      onTimeout: z.enum(['hold', 'approve', 'reject']),
    }),
    progress: progressSchema,
    phases: z.array(phaseViewSchema),
    gate: gateRecordSchema.nullable().meta({ description: 'The one that waits for a decision.' }),
    gates: z.array(gateRecordSchema),
    usage: budgetUseSchema,
    lineage: lineageSchema,
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    updatedAt: z.string(),
    links: sessionLinksSchema,
  })
  .meta({ id: 'Session' });
export type SessionDetail = z.infer<typeof sessionDetailSchema>;
