import { z } from 'zod';
import { decisions } from '../domain/sessions/decision-message.js';
import { decisionChannels, stepNames } from '../domain/sessions/state.js';
import { eventNames, type EventName } from './event-data.js';
import { sectionStatusSchema } from './reports/section-status.js';
import { progressSchema, sessionStatus } from './sessions/session.js';

const count = z.int().min(0);
const moment = z.string().meta({ description: 'RFC 3339, UTC.' });

const stepMoment = z.object({
  phase: z.int(),
  step: z.enum(stepNames),
  stepId: z.string(),
  attempt: z.int().meta({ description: 'Which redo of the session it belongs to.' }),
  try: z.int().meta({ description: 'Which retry of the step it is.' }),
});

const stepFailure = stepMoment.extend({
  try: z.int().nullable().meta({ description: 'Null for a step that no worker began.' }),
  code: z.string(),
  message: z.string(),
});

const gateMoment = z.object({
  id: z.string(),
  gateId: z.string(),
  phase: z.int(),
  attempt: z.int(),
  digest: z.string().meta({ description: 'Of the output that waits: a decision names it.' }),
  openedAt: moment,
  deadlineAt: moment.nullable(),
  remindAt: moment.nullable(),
});

const sessionEnd = z.object({
  status: sessionStatus.meta({ description: '`rejected` ends with `session.canceled`.' }),
  reason: z.string().nullable(),
  errorCode: z.string().nullable(),
});

const jobResult = z.object({
  sha256: z.string(),
  bytes: count,
  contentType: z.string(),
  filename: z.string(),
  sections: z.array(sectionStatusSchema).optional().meta({ description: 'Of a report.' }),
});

const reasonOnly = z.object({ reason: z.string().nullable() });

/** The data of each event. Adding one takes its type in `event-data.ts` and its row here. */
const eventDataSchemas = {
  snapshot: z
    .looseObject({ status: z.string(), progress: z.record(z.string(), z.unknown()) })
    .meta({ description: 'Of a job what a GET of it answers; of a session its status and progress.' }),
  'session.started': z.object({ title: z.string() }),
  'phase.started': stepMoment,
  'step.started': stepMoment.extend({ model: z.string().meta({ description: 'The model asked for.' }) }),
  'step.delta': z
    .object({
      stepId: z.string(),
      attempt: z.int(),
      try: z.int(),
      generation: count.meta({ description: 'A higher one abandons what a lower one said in the same try.' }),
      offset: count.meta({ description: 'Where the piece begins in its text, in UTF-16 units.' }),
      text: z.string(),
    })
    .meta({ description: 'What the model of a running step says. Not stored: it has no position.' }),
  'step.retrying': stepMoment.extend({
    code: z.string(),
    message: z.string(),
    nextRetryMs: z.number().nullable(),
  }),
  'step.completed': stepMoment.extend({
    model: z.string().meta({ description: 'The model used.' }),
    digest: z.string(),
    bytes: count,
    preview: z.string(),
    durationMs: z.number(),
    percent: z.int(),
  }),
  'step.failed': stepFailure,
  'phase.completed': stepMoment,
  'gate.opened': gateMoment,
  'gate.reminded': gateMoment,
  'gate.decided': z.object({
    gateId: z.string(),
    phase: z.int(),
    attempt: z.int(),
    digest: z.string(),
    decision: z.enum(decisions),
    by: z.string().nullable().meta({ description: 'Null when a signal or the clock decided.' }),
    via: z.enum(decisionChannels),
    comment: z.string().nullable(),
  }),
  'gate.expired': gateMoment,
  'session.redone': z.object({
    from: z.object({ phase: z.int(), step: z.enum(stepNames) }),
    attempt: z.int().meta({ description: 'The one that begins.' }),
    by: z.string().nullable(),
  }),
  progress: z.object({
    progress: progressSchema.omit({
      elapsedMs: true,
      waitMs: true,
      etaMs: true,
      etaBasis: true,
      updatedAt: true,
    }),
  }),
  usage: stepMoment.extend({
    modelUsed: z.string().nullable(),
    tokensIn: count,
    tokensOut: count,
    tokensCached: count,
    tokensReasoning: count,
    costUsd: z.number().nullable().meta({ description: 'Null when the price of a call is not known.' }),
  }),
  'budget.warning': z.object({
    usedTokens: count,
    usedCostUsd: z.number(),
    maxTokens: z.int().nullable(),
    maxCostUsd: z.number().nullable(),
  }),
  'budget.exhausted': stepFailure,
  'session.paused': reasonOnly,
  'session.resumed': reasonOnly,
  'session.completed': sessionEnd,
  'session.failed': sessionEnd,
  'session.canceled': sessionEnd,
  'job.started': z.object({ state: z.literal('PROCESSING') }),
  'job.progress': z.object({
    percent: z.number().optional(),
    phase: z.string().optional(),
    section: z.string().optional().meta({ description: 'Of a report: the section that was gathered.' }),
    offices_processed: z.number().optional().meta({ description: 'Of a notification run.' }),
    offices_failed: z.number().optional(),
    offices_total: z.number().optional(),
    sent: z.number().optional(),
    failed: z.number().optional(),
    attention: z.string().nullable().optional().meta({
      description: 'Why it does not get on; null when it does again.',
    }),
    basis: z.string().optional().meta({ description: 'Of a SQL run: what the percentage rests on.' }),
    etaMs: z.number().nullable().optional(),
    rows: count.optional().meta({ description: 'Of a SQL run: rows so far.' }),
    attempt: z.int().optional().meta({ description: 'Of a SQL run: which try of it.' }),
  }),
  'job.completed': z.object({ state: z.literal('SUCCESS'), result: jobResult.nullable() }),
  'job.failed': z.object({ state: z.literal('FAILED'), error: z.string(), errorCode: z.string() }),
  'job.canceled': z.object({ state: z.literal('CANCELED') }),
} satisfies Record<EventName, z.ZodObject>;

/** The schemas of each event's data: a test of types holds them to `EventData`. */
export type ParsedEventData = { [Name in EventName]: z.infer<(typeof eventDataSchemas)[Name]> };

/** `job.failed` → `JobFailed`, for the names of schemas. */
export function titleOf(name: EventName): string {
  return name.replace(/(?:^|\.)(\w)/g, (_match, letter: string) => letter.toUpperCase());
}

export function eventDataSchema(name: EventName): z.ZodObject {
  return eventDataSchemas[name];
}

function publishedSchema(name: EventName): z.ZodObject {
  return eventDataSchema(name)
    .extend({
      pos: z.int().optional().meta({ description: '1, 2, 3 … within its run; absent for step.delta.' }),
      at: z.string().meta({ description: 'RFC 3339, with microseconds.' }),
      type: z.literal(name),
    })
    .meta({ id: `${titleOf(name)}Event` });
}

/** An event as its readers get it. */
export const eventSchema = z
  .discriminatedUnion('type', eventNames.map(publishedSchema) as [z.ZodObject, ...z.ZodObject[]])
  .meta({ id: 'Event', description: 'What happened to a run; the members depend on the type.' });
