import { WorkflowNotFoundError } from '@temporalio/client';
import type { Pool } from 'pg';
import { createSessionActivities } from '../../../src/activities/sessions/activities.js';
import { createSessionStepActivities } from '../../../src/activities/sessions/llm-activities.js';
import type { SessionStepDeps } from '../../../src/activities/sessions/step-try.js';
import { sendSessionCommand } from '../../../src/operations/sessions/send-command.js';
import { createRunControl } from '../../../src/platform/temporal/run-control.js';
import {
  draftSession,
  writeSession,
  type SessionDefaults,
} from '../../../src/operations/sessions/start-session.js';
import type { Model, ModelCallRecord, ModelRequest, ModelResult } from '../../../src/models/call.js';
import { publishedEvent } from '../../../src/api/events/event-message.js';
import { eventSchema } from '../../../src/contracts/events.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import {
  createSessionBody,
  type CreateSession,
  type SessionProgressView,
} from '../../../src/contracts/sessions/session.js';
import type { TemplateDefinition } from '../../../src/contracts/templates/template.js';
import { newRunOf } from '../../../src/contracts/runs/run-identity.js';
import { listEventsAfter, type StoredEvent } from '../../../src/db/runs/event-reads.js';
import { auditColumns, type AuditRow } from '../../../src/db/audit/rows.js';
import { many, sql } from '../../../src/db/base/sql.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { Refusal } from '../../../src/contracts/refusal.js';
import { readSessionProgress, toProgressView } from '../../../src/db/sessions/reads-progress.js';
import { hasTakenCommand } from '../../../src/db/sessions/sessions.js';
import type { SessionCommand } from '../../../src/domain/sessions/commands.js';
import type { SessionProgress } from '../../../src/domain/sessions/progress.js';
import type { SessionState } from '../../../src/domain/sessions/state.js';
import type { WorkerLimits } from '../../../src/workers/worker.js';
import type { TestDatabase } from '../servers/database.js';
import type { TestTemporal } from '../servers/temporal.js';
import { testDeciders } from '../deciders.js';
import { waitUntil } from '../wait-until.js';
import { whileWorking } from '../workers/run-worker.js';

const step = (prompt: string) => ({ prompt });
const phase = (key: string) => ({
  key,
  title: `Phase ${key}`,
  steps: { THINK: step('think'), EXECUTE: step('execute'), INTEGRATE: step('integrate') },
});

export const threePhases: TemplateDefinition = {
  name: 'three',
  title: 'Three',
  description: 'For tests',
  phases: [phase('one'), phase('two'), phase('three')],
};

/** The answer of a test's model. It may throw what a model throws. */
export type Answer = (request: ModelRequest, call: number) => string | Promise<string>;

export interface ScriptedModel extends Model {
  readonly calls: ModelRequest[];
}

/** A model provider in memory, behind the same interface as the real ones. */
export function scriptedModel(answer: Answer): ScriptedModel {
  const calls: ModelRequest[] = [];
  return {
    provider: 'scripted',
    defaultModel: 'scripted-1',
    offline: false,
    calls,
    countTokens: (text) => Math.ceil(text.length / 4),
    estimateCostUsd: () => 0.01,
    async request(request): Promise<ModelResult> {
      calls.push(request);
      const model = request.model ?? 'scripted-1';
      await request.beforeCall?.({
        model,
        estimatedInputTokens: 10,
        maxOutputTokens: 10,
        estimatedCostUsd: 0.01,
      });
      const usage = usageOf(5);
      const text = await Promise.resolve()
        .then(() => answer(request, calls.length))
        .catch((error: unknown) => {
          request.afterCall?.({ ...answered(model, usageOf(0)), outcome: 'server', finishReason: null });
          throw error;
        });
      request.afterCall?.(answered(model, usage));
      return {
        text,
        finishReason: 'stop',
        provider: 'scripted',
        modelAsked: model,
        modelUsed: model,
        promptDigest: '',
        ttftMs: 1,
        durationMs: 1,
        totals: { calls: 1, toolCalls: 0, usage, costUsd: 0.01 },
        calls: [],
        toolCalls: [],
      };
    },
  };
}

function usageOf(outputTokens: number): ModelCallRecord['usage'] {
  return { inputTokens: 10, outputTokens, cachedInputTokens: 0, reasoningTokens: 0, estimated: false };
}

function answered(model: string, usage: ModelCallRecord['usage']): ModelCallRecord {
  return {
    provider: 'scripted',
    modelAsked: model,
    modelUsed: model,
    purpose: 'answer',
    outcome: 'ok',
    finishReason: 'stop',
    promptDigest: '',
    usage,
    costUsd: 0.01,
    startedAt: new Date(0).toISOString(),
    ttftMs: 1,
    durationMs: 1,
    error: null,
  };
}

export async function insertTemplate(pool: Pool, definition: TemplateDefinition): Promise<void> {
  await pool.query(
    `insert into templates (name, version, definition, sha256) values ($1, 1, $2, '') on conflict do nothing`,
    [definition.name, definition],
  );
}

export const fastDefaults: SessionDefaults = {
  autoProgressSteps: true,
  autoProgressPhases: false,
  maxRetries: 1,
  retryDelayMs: 10,
  workerTimeoutMs: 30_000,
  publicUrl: 'https://sluice.example/',
};

export interface SessionRig {
  readonly database: TestDatabase;
  readonly temporal: TestTemporal;
}

export interface WorkerOptions {
  readonly limits?: WorkerLimits;
  readonly keepOpen?: boolean;
  /** Where the words of the model go; nowhere unless a test listens. */
  readonly openDeltas?: SessionStepDeps['openDeltas'];
}

const unheard: SessionStepDeps['openDeltas'] = () => ({ write: () => undefined, end: () => undefined });

/** Runs workers for both queues of a session while `work` runs. */
export async function withWorkers<Result>(
  rig: SessionRig,
  model: Model,
  work: () => Promise<Result>,
  { keepOpen = false, openDeltas = unheard, limits }: WorkerOptions = {},
): Promise<Result> {
  const { pool } = rig.database;
  const flow = createSessionActivities({ pool, deciders: testDeciders });
  const llm = createSessionStepActivities({ pool, model, tools: [], contextMaxTokens: 8_000, openDeltas });
  const deps = {
    queues: ['flow', 'llm'] as const,
    activities: { flow, llm, sql: {}, notify: {} },
    limits: { ...impatient, ...limits },
  };
  try {
    return await whileWorking(rig.temporal, deps, work);
  } finally {
    if (!keepOpen) await terminateOpenSessions(rig);
  }
}

/** A cancel reaches an activity with the answer to its beat, and no test waits for an activity that hangs. */
const impatient: WorkerLimits = { maxHeartbeatThrottleInterval: '100ms', shutdownGraceTime: 0 };

/** An open session would go on with the worker and the model of the next test. */
async function terminateOpenSessions(rig: SessionRig): Promise<void> {
  for (const id of started.splice(0)) {
    const handle = rig.temporal.client.workflow.getHandle(`cot-session:${id}`);
    const open = await handle.describe().then(({ status }) => status.name === 'RUNNING', isGone);
    if (open) await handle.terminate('the test is over');
  }
}

/** A test took its workflow away. */
function isGone(error: unknown): false {
  if (error instanceof WorkflowNotFoundError) return false;
  throw error;
}

const started: string[] = [];

export async function startSession(
  rig: SessionRig,
  owner: Principal,
  asked: Partial<CreateSession> = {},
  {
    definition = threePhases,
    workflowTaskTimeout = '5s',
    ...defaults
  }: Partial<SessionDefaults & { definition: TemplateDefinition; workflowTaskTimeout: '2s' | '5s' }> = {},
): Promise<string> {
  await insertTemplate(rig.database.pool, definition);
  const identity = newRunOf('cot-session');
  const { id } = identity;
  const body = createSessionBody.parse({ topic: 'a topic', template: definition.name, ...asked });
  const draft = draftSession(body, {
    owner,
    template: { version: 1, definition },
    defaults: { ...fastDefaults, ...defaults },
  });
  const run = await withTransaction(rig.database.pool, (tx) => writeSession(tx, identity, draft));
  await rig.temporal.client.workflow.start(run.workflowType, {
    workflowId: run.workflowId,
    taskQueue: run.taskQueue,
    args: [run.workflowInput],
    workflowTaskTimeout,
  });
  started.push(id);
  return id;
}

export async function readProgress(rig: SessionRig, id: string): Promise<SessionProgress> {
  const { rows } = await rig.database.pool.query<{ progress: SessionProgress }>(
    'select progress from runs where id = $1',
    [id],
  );
  return rows[0]!.progress;
}

export function untilStatus(rig: SessionRig, id: string, ...statuses: string[]): Promise<SessionProgress> {
  return waitUntil(
    async () => {
      const progress = await readProgress(rig, id);
      return statuses.includes(progress.status) ? progress : undefined;
    },
    { what: `session ${id} to be ${statuses.join(' or ')}` },
  );
}

/** Waits until a gate of this phase (and attempt) is open. */
export function untilGate(
  rig: SessionRig,
  id: string,
  phaseNumber: number,
  attempt = 1,
): Promise<SessionProgress> {
  return waitUntil(
    async () => {
      const progress = await readProgress(rig, id);
      const here = progress.currentPhase === phaseNumber && progress.attempt === attempt;
      return here && progress.gateId !== null && progress.status === 'waiting_approval'
        ? progress
        : undefined;
    },
    { what: `the gate of phase ${phaseNumber}` },
  );
}

/** As a route does it: a command that the row has taken succeeds, even if its workflow task was lost. */
export async function send(
  rig: SessionRig,
  id: string,
  command: SessionCommand,
  commandId: string,
): Promise<SessionProgressView> {
  const { client } = rig.temporal;
  const runControl = createRunControl(client);
  const deps = { temporal: client, deciders: testDeciders, pool: rig.database.pool, runControl };
  const { version: seenVersion } = await readProgress(rig, id);
  const until = Date.now() + 60_000;
  const sendOnce = (): Promise<SessionProgressView> =>
    sendSessionCommand(deps, { sessionId: id, command, commandId, seenVersion, record: 'begun' }).catch(
      (error: unknown) => {
        // A worker on a slow machine may need more than 5 s. The command is sent again under its id, as clients
        // do.
        const isUnanswered = error instanceof Refusal && error.code === 'workflow_unavailable';
        if (!isUnanswered || Date.now() > until) throw error;
        return sendOnce();
      },
    );
  try {
    return await sendOnce();
  } catch (error) {
    if (!(await hasTakenCommand(rig.database.pool, id, commandId))) throw error;
    const row = await readSessionProgress(rig.database.pool, { userId: '', role: 'ADMIN' }, id);
    if (row === undefined) throw error;
    return toProgressView(row, null);
  }
}

/** The state of a session's workflow, as the database has it. */
export async function readState(rig: SessionRig, id: string): Promise<SessionState> {
  const { rows } = await rig.database.pool.query<{ state: SessionState }>(
    'select state from sessions where run_id = $1',
    [id],
  );
  return rows[0]!.state;
}

export interface StepRow {
  readonly phase: number;
  readonly step: string;
  readonly attempt: number;
  readonly status: string;
  readonly model: string;
  readonly origin: string | null;
}

export async function stepsOf(rig: SessionRig, id: string): Promise<StepRow[]> {
  const { rows } = await rig.database.pool.query<StepRow>(
    `select phase, step, attempt, status, model_asked as model, origin_step_id as origin
       from session_steps where run_id = $1
      order by attempt, phase, array_position(array['THINK', 'EXECUTE', 'INTEGRATE'], step), id`,
    [id],
  );
  return rows;
}

/** The types of a session's events, in their order. */
export async function eventTypesOf(rig: SessionRig, id: string): Promise<string[]> {
  return (await eventsOf(rig, id)).map((event) => event.type);
}

/** Each is held to its schema: nothing is missing, and nothing is there that the schema does not name. */
export async function eventsOf(rig: SessionRig, id: string): Promise<StoredEvent[]> {
  const events = await listEventsAfter(rig.database.pool, id, { after: 0, limit: 1_000 });
  const published = events.map(publishedEvent);
  expect(published.map((each) => eventSchema.parse(each))).toEqual(published);
  return events;
}

/** The audit entries of a session or a gate, oldest first. */
export function entriesOf(rig: SessionRig, resourceId: string): Promise<AuditRow[]> {
  return many(
    rig.database.pool,
    sql`select ${auditColumns} from audit_logs a where a.resource_id = ${resourceId} order by a.timestamp, a.id`,
  );
}
