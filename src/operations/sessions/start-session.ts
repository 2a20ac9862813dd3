import { Refusal } from '../../contracts/refusal.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { recordAudit } from '../../db/audit/log.js';
import { findTemplate } from '../../db/templates/templates.js';
import type { Budget, CreateSession } from '../../contracts/sessions/session.js';
import type { CotSessionInput } from '../../contracts/sessions/workflow.js';
import { localText, type Language, type TemplateDefinition } from '../../contracts/templates/template.js';
import { languageOf } from '../../domain/language.js';
import { newRunOf, type RunIdentity } from '../../contracts/runs/run-identity.js';
import { storeBlob, type NewBlob } from '../../db/runs/blobs.js';
import { givenContent } from '../../db/sessions/given-content.js';
import { insertRun } from '../../db/runs/runs.js';
import type { StartableRun } from '../../contracts/runs/startable-run.js';
import { insertSession, type SessionOptions } from '../../db/sessions/sessions.js';
import type { Tx } from '../../db/base/transaction.js';
import type { Config } from '../../platform/config.js';
import { progressOf } from '../../domain/sessions/progress.js';
import { requireInputFits } from './fits-schema.js';
import { consoleLink } from '../../domain/sessions/console-link.js';
import {
  initialSession,
  type PhaseState,
  type SessionPlan,
  type StepName,
} from '../../domain/sessions/state.js';

export type SessionDefaults = Pick<
  Config,
  'autoProgressSteps' | 'autoProgressPhases' | 'maxRetries' | 'retryDelayMs' | 'workerTimeoutMs' | 'publicUrl'
>;

/** Everything a new session is made of, whether it was asked for anew or forked from another. */
export interface SessionDraft {
  readonly owner: Principal;
  readonly template: { readonly name: string; readonly version: number };
  readonly topic: string;
  readonly language: Language;
  readonly plan: SessionPlan;
  readonly options: SessionOptions;
  readonly model: string | null;
  readonly budget: Budget;
  readonly tags: readonly string[];
  readonly inherited: readonly PhaseState[];
  readonly fork: { readonly origin: string; readonly from: { phase: number; step: StepName } } | null;
  /** Texts that the state refers to; they are stored with the session. */
  readonly contents: readonly NewBlob[];
  /** Under which people find the console, if anybody said so. */
  readonly publicUrl: string | undefined;
  /** The request, as its owner reads it. */
  readonly asked: Readonly<Record<string, unknown>>;
}

export interface SessionOrder {
  readonly body: CreateSession;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly defaults: SessionDefaults;
}

/** A new session of a template's latest version. The caller starts it after the commit. */
export async function startSession(
  tx: Tx,
  { body, principal, origin, defaults }: SessionOrder,
): Promise<StartableRun> {
  const template = await findTemplate(tx, body.template);
  if (template === undefined) throw unknownTemplate(body.template);
  requireInputFits(template.definition, body.input);
  const draft = draftSession(body, { owner: principal, template, defaults });
  const run = await writeSession(tx, newRunOf('cot-session'), draft);
  await recordAudit(tx, {
    actor: principal,
    action: 'created',
    resourceType: 'session',
    resourceId: run.id,
    after: { topic: body.topic, template: body.template, version: template.version },
    origin,
  });
  return run;
}

function unknownTemplate(name: string): Refusal {
  return new Refusal('validation_error', {
    detail: `There is no template named ${name}.`,
    errors: [{ path: 'template', message: 'is not the name of a template' }],
  });
}

/** Writes a session's run and its own row: from here on it will run, whether or not Temporal answers now. */
export async function writeSession(
  tx: Tx,
  identity: RunIdentity,
  draft: SessionDraft,
): Promise<StartableRun> {
  const { id } = identity;
  const { plan, options, model, inherited } = draft;
  const state = initialSession({ plan, model, input: options.input, inherited });
  const workflowInput: CotSessionInput = {
    sessionId: id,
    templateName: draft.template.name,
    plan,
    limits: options.limits,
    model,
    input: options.input,
    inherited,
    carried: null,
    link: consoleLink(draft.publicUrl, id),
  };
  const startable = { ...identity, title: draft.topic, workflowInput: { ...workflowInput } };
  await insertRun(tx, {
    ...startable,
    ownerId: draft.owner.userId,
    input: draft.asked,
    progress: { ...progressOf(state), status: 'queued' },
    tags: draft.tags,
    ...(draft.fork === null ? {} : { origin: { runId: draft.fork.origin, relation: 'fork' as const } }),
  });
  for (const content of draft.contents) await storeBlob(tx, id, content);
  await insertSession(tx, {
    runId: id,
    templateName: draft.template.name,
    templateVersion: draft.template.version,
    topic: draft.topic,
    language: draft.language,
    inputSha256: options.input?.sha256 ?? null,
    model,
    options,
    state,
    forkFrom: draft.fork?.from ?? null,
    budget: draft.budget,
  });
  return startable;
}

export function draftSession(
  body: CreateSession,
  {
    owner,
    template,
    defaults,
  }: {
    readonly owner: Principal;
    readonly template: { version: number; definition: TemplateDefinition };
    readonly defaults: SessionDefaults;
  },
): SessionDraft {
  const language = languageOf(body.topic);
  const input = body.input === undefined ? null : givenContent(body.input);
  return {
    owner,
    template: { name: template.definition.name, version: template.version },
    topic: body.topic,
    language,
    plan: planOf(body, { template: template.definition, language, defaults }),
    options: { limits: limitsOf(defaults), input: input?.ref ?? null },
    model: body.model ?? null,
    budget: body.budget ?? {},
    tags: body.tags ?? [],
    inherited: [],
    fork: null,
    contents: input === null ? [] : [input],
    publicUrl: defaults.publicUrl,
    asked: { ...body },
  };
}

export function limitsOf(defaults: SessionDefaults): SessionOptions['limits'] {
  return {
    maxRetries: defaults.maxRetries,
    retryDelayMs: defaults.retryDelayMs,
    stepTimeoutMs: defaults.workerTimeoutMs,
  };
}

function planOf(
  body: CreateSession,
  {
    template,
    language,
    defaults,
  }: {
    readonly template: TemplateDefinition;
    readonly language: Language;
    readonly defaults: SessionDefaults;
  },
): SessionPlan {
  const autoPhases = body.autoProgressPhases ?? defaults.autoProgressPhases;
  const last = template.phases.length - 1;
  const seconds = body.gate?.timeoutSeconds;
  return {
    // Between phases a person decides; after the last there is nothing to decide, unless the template says so.
    phases: template.phases.map((phase, index) => ({
      title: localText(phase.title, language),
      gate: autoPhases ? false : (phase.gate ?? index < last),
    })),
    autoSteps: body.autoProgressSteps ?? defaults.autoProgressSteps,
    gateTimeoutMs: seconds === undefined ? null : seconds * 1_000,
    onTimeout: body.gate?.onTimeout ?? 'hold',
  };
}
