import type { StepDetail, StepTry, StepView, Usage, UsedTotals } from '../../contracts/sessions/ledger.js';
import type {
  BudgetUse,
  GateRecord,
  PhaseView,
  SessionDetail,
  SessionSummary,
} from '../../contracts/sessions/views.js';
import type { ForkRow, SessionListRow, SessionRow } from '../../db/sessions/reads.js';
import type { StoredText } from '../../db/sessions/texts.js';
import type { LedgerRow, UsageRow } from '../../db/sessions/reads-ledger.js';
import { toProgressView } from '../../db/sessions/reads-progress.js';
import { omit } from '../../domain/omit.js';
import { phaseStatus, stepStates } from '../../domain/sessions/phases.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import { sessionLinks, type SessionLinks } from './links.js';
import type { Estimate } from '../../domain/sessions/estimate.js';
import { visibleText } from '../../domain/visible-text.js';

/** Where the links of an answer lead. */
export interface LinkBase {
  readonly links: SessionLinks;
  readonly base: string;
}

export function toSummary(row: SessionListRow, at: LinkBase): SessionSummary {
  const { templateName, templateVersion, ownerId, ownerName, progress, errorMessage, ...session } = row;
  const shown = progressUnder(progress, row.status);
  return {
    ...session,
    template: { name: templateName, version: templateVersion },
    owner: { id: ownerId, name: ownerName },
    percent: shown.percent,
    currentPhase: shown.currentPhase,
    currentStep: shown.currentStep,
    totalPhases: shown.totalPhases,
    phaseTitle: shown.phaseTitle,
    canProceed: shown.canProceed,
    requiresManualTrigger: shown.requiresManualTrigger,
    gateId: shown.gateId,
    reason: shown.reason ?? errorMessage,
    links: sessionLinks(at.links, at.base, row.id) as SessionSummary['links'],
  };
}

export interface SessionParts {
  readonly row: SessionRow;
  readonly estimate: Estimate | null;
  readonly gates: readonly GateRecord[];
  readonly forks: readonly ForkRow[];
  readonly texts: ReadonlyMap<string, StoredText>;
}

/** The hashes of everything that a session's own page shows. */
export function hashesOf({ state, inputSha256 }: SessionRow): (string | null)[] {
  return [
    state.input?.sha256 ?? inputSha256,
    ...state.phases.flatMap(({ output, notes, instructions }) =>
      [output, notes, instructions].map((ref) => ref?.sha256 ?? null),
    ),
  ];
}

export function toDetail(parts: SessionParts, at: LinkBase): SessionDetail {
  const { row, estimate, gates, forks, texts } = parts;
  const { state, originRunId, originRelation } = row;
  const { autoSteps, gateTimeoutMs, onTimeout } = state.plan;
  return {
    id: row.id,
    topic: visibleText(row.topic),
    status: row.status,
    template: { name: row.templateName, version: row.templateVersion },
    language: row.language,
    owner: { id: row.ownerId, name: row.ownerName },
    tags: row.tags,
    input: inputOf(texts.get(state.input?.sha256 ?? row.inputSha256 ?? '')),
    model: state.model ?? row.model,
    autoProgressSteps: autoSteps,
    autoProgressPhases: state.plan.phases.every(({ gate }) => !gate),
    gateTimeout: { timeoutSeconds: gateTimeoutMs === null ? null : gateTimeoutMs / 1_000, onTimeout },
    progress: toProgressView(row, estimate),
    phases: state.plan.phases.map((_phase, index) => toPhase(parts, index + 1)),
    gate: row.finishedAt === null ? (gates.find((gate) => gate.status === 'waiting') ?? null) : null,
    gates: [...gates],
    usage: toBudgetUse(row),
    lineage: {
      origin:
        originRunId === null
          ? null
          : { id: originRunId, relation: originRelation ?? 'fork', from: row.forkFrom },
      forks: [...forks],
    },
    error: row.error,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    updatedAt: row.updatedAt,
    links: sessionLinks(at.links, at.base, row.id) as SessionDetail['links'],
  };
}

/** An input that was given as an object is shown as one. */
function inputOf(stored: StoredText | undefined): SessionDetail['input'] {
  if (stored === undefined) return null;
  return stored.contentType === 'application/json'
    ? (JSON.parse(stored.text) as Record<string, unknown>)
    : stored.text;
}

function toPhase({ row, gates, texts }: SessionParts, number: number): PhaseView {
  const { state, status, definition } = row;
  const phase = state.phases[number - 1]!;
  const { output, notes, instructions } = phase;
  const plan = state.plan.phases[number - 1]!;
  const stored = texts.get(output?.sha256 ?? '');
  return {
    number,
    key: definition?.phases[number - 1]?.key ?? String(number),
    title: plan.title,
    status: phaseStatus(state, number, status),
    attempt: phase.attempt,
    gate: plan.gate,
    steps: stepStates(phase, number === state.phase),
    output: stored?.text ?? null,
    outputDigest: output?.sha256 ?? null,
    outputBytes: output?.bytes ?? null,
    outputContentType: stored?.contentType ?? null,
    lastSeenDigest: row.seen?.[number] ?? null,
    outputEdited: gates.some((gate) => gate.phase === number && gate.editedDigest === output?.sha256),
    gap: phase.gap,
    notes: texts.get(notes?.sha256 ?? '')?.text ?? null,
    instructions: texts.get(instructions?.sha256 ?? '')?.text ?? null,
  };
}

function toBudgetUse(row: SessionRow): BudgetUse {
  return {
    maxTokens: row.maxTokens,
    maxCostUsd: row.maxCostUsd,
    usedTokens: row.usedTokens,
    usedCostUsd: row.usedCostUsd,
    reservedTokens: row.reservedTokens,
    reservedCostUsd: row.reservedCostUsd,
    unpricedCalls: row.unpricedCalls,
    warned: row.budgetWarned,
  };
}

export function toStep(row: LedgerRow, tries: readonly StepTry[]): StepView {
  return { ...omit(row, 'at', 'toolCalls'), tries: [...tries] };
}

export function toStepDetail(
  row: LedgerRow,
  tries: readonly StepTry[],
  texts: ReadonlyMap<string, StoredText>,
): StepDetail {
  const output = texts.get(row.outputDigest ?? '');
  return {
    ...toStep(row, tries),
    prompt: promptOf(texts.get(row.promptDigest ?? '')),
    output: output?.text ?? null,
    outputContentType: output?.contentType ?? null,
    toolCalls: row.toolCalls,
  };
}

/** A prompt is stored as the JSON of the request that it was. */
function promptOf(stored: StoredText | undefined): unknown {
  if (stored === undefined) return null;
  try {
    return JSON.parse(stored.text);
  } catch {
    return stored.text;
  }
}

export function toUsage(row: SessionRow, used: readonly UsageRow[]): Usage {
  const titles = row.state.plan.phases.map((phase) => phase.title);
  const numbers = [...new Set(used.map((each) => each.phase))];
  return {
    sessionId: row.id,
    total: totalOf(used),
    budget: toBudgetUse(row),
    phases: numbers.map((phase) => {
      const steps = used.filter((each) => each.phase === phase);
      return {
        phase,
        title: titles[phase - 1] ?? '',
        ...totalOf(steps),
        steps: steps.map((step) => omit(step, 'phase')),
      };
    }),
  };
}

const counted = [
  'runs',
  'tries',
  'reused',
  'tokensIn',
  'tokensOut',
  'tokensCached',
  'tokensReasoning',
  'costUsd',
  'unpricedSteps',
] as const satisfies (keyof UsedTotals)[];

function totalOf(used: readonly UsageRow[]): UsedTotals {
  const sums = counted.map((name) => [name, used.reduce((sum, each) => sum + each[name], 0)] as const);
  return Object.fromEntries(sums) as unknown as UsedTotals;
}
