import type { GateRecord } from '../../contracts/sessions/views.js';
import type { StepTry } from '../../contracts/sessions/ledger.js';
import { phaseStatus } from '../../domain/sessions/phases.js';
import { progressUnder } from '../../domain/sessions/progress-under.js';
import type {
  AttemptFacts,
  DecisionFacts,
  PhaseFacts,
  SessionSnapshot,
  TextFacts,
} from '../../domain/sessions/report.js';
import type { Viewer } from '../runs/runs.js';
import { findSessionRow, listForks, type SessionRow } from '../sessions/reads.js';
import { readTexts, type StoredText } from '../sessions/texts.js';
import { listGatesOf } from '../sessions/reads-gates.js';
import { listSteps, listTries, listUsage, type LedgerRow, type UsageRow } from '../sessions/reads-ledger.js';
import { one, sql, type Db } from '../base/sql.js';

type Texts = ReadonlyMap<string, StoredText>;

/**
 * All that a report says of a session. In a transaction of one snapshot: a session that goes on meanwhile is shown as it
 * was at one moment. Undefined: no such session, or not the viewer's.
 */
export async function readSessionSnapshot(
  db: Db,
  viewer: Viewer,
  id: string,
): Promise<SessionSnapshot | undefined> {
  const row = await findSessionRow(db, viewer, id);
  if (row === undefined) return undefined;
  const gates = await listGatesOf(db, id);
  const forks = await listForks(db, viewer, id);
  const ledger = await listSteps(db, id, { filters: {} });
  const tries = await listTries(
    db,
    ledger.map((step) => step.id),
  );
  const used = await listUsage(db, id);
  const texts = await readTexts(db, [...digestsOf(row), ...gates.map((gate) => gate.notesDigest)]);
  const { takenAt, sha256 } = await momentAndTemplate(db, row);
  const titles = row.state.plan.phases.map((phase) => phase.title);
  const steps = ledger.map((step) => attemptOf(step, tries.get(step.id) ?? [], titles));
  return {
    takenAt,
    overview: {
      ...overviewOf(row, texts),
      forks: forks.map((fork) => ({ id: fork.id, status: fork.status })),
    },
    phases: row.state.phases.map((_phase, index) => phaseOf(row, { gates, texts, number: index + 1 })),
    decisions: gates.map((gate) => decisionOf(gate, texts, takenAt)),
    steps,
    usage: {
      phases: used.map((each) => usageOfPhase(each, titles)),
      maxTokens: row.maxTokens,
      maxCostUsd: row.maxCostUsd,
      usedTokens: row.usedTokens,
      usedCostUsd: row.usedCostUsd,
      unpricedCalls: row.unpricedCalls,
    },
    provenance: {
      template: { name: row.templateName, version: row.templateVersion, sha256 },
      modelAsked: row.state.model ?? row.model,
      offlineSteps: steps.filter((step) => step.provider === 'offline').length,
      steps: steps.map((step) => ({
        id: step.id,
        phase: step.phase,
        step: step.step,
        attempt: step.attempt,
        modelAsked: step.modelAsked,
        modelUsed: step.modelUsed,
        provider: step.provider,
        promptDigest: step.promptDigest,
        outputDigest: step.outputDigest,
        reusedFrom: step.reusedFrom,
      })),
    },
  };
}

function usageOfPhase(used: UsageRow, titles: readonly string[]): SessionSnapshot['usage']['phases'][number] {
  return {
    phase: used.phase,
    title: titles[used.phase - 1] ?? '',
    step: used.step,
    runs: used.runs,
    tries: used.tries,
    reused: used.reused,
    tokensIn: used.tokensIn,
    tokensOut: used.tokensOut,
    tokensCached: used.tokensCached,
    costUsd: used.costUsd,
  };
}

function momentAndTemplate(
  db: Db,
  { templateName, templateVersion }: SessionRow,
): Promise<{ takenAt: string; sha256: string }> {
  return one(
    db,
    sql`select now() as "takenAt", sha256 from templates where name = ${templateName} and version = ${templateVersion}`,
  );
}

function digestsOf({ state, inputSha256 }: SessionRow): (string | null)[] {
  return [
    state.input?.sha256 ?? inputSha256,
    ...state.phases.flatMap(({ output, notes, instructions }) =>
      [output, notes, instructions].map((ref) => ref?.sha256 ?? null),
    ),
  ];
}

function overviewOf(row: SessionRow, texts: Texts): Omit<SessionSnapshot['overview'], 'forks'> {
  const shown = progressUnder(row.progress, row.status);
  const { originRunId, originRelation } = row;
  return {
    id: row.id,
    topic: row.topic,
    status: row.status,
    reason: shown.reason ?? row.error?.message ?? null,
    owner: row.ownerName,
    template: `${row.templateName}, version ${row.templateVersion}`,
    language: row.language,
    tags: row.tags,
    input: contentOf(texts, row.state.input?.sha256 ?? row.inputSha256),
    origin: originRunId === null ? null : { id: originRunId, relation: originRelation ?? 'fork' },
    percent: shown.percent,
    elapsedMs: row.elapsedMs,
    waitMs: Math.min(row.waitMs, row.elapsedMs),
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}

function phaseOf(
  row: SessionRow,
  {
    gates,
    texts,
    number,
  }: { readonly gates: readonly GateRecord[]; readonly texts: Texts; readonly number: number },
): PhaseFacts {
  const { state, status, definition } = row;
  const { output, notes, instructions, attempt, gap } = state.phases[number - 1]!;
  return {
    number,
    key: definition?.phases[number - 1]?.key ?? String(number),
    title: state.plan.phases[number - 1]?.title ?? '',
    status: phaseStatus(state, number, status),
    attempt,
    output: contentOf(texts, output?.sha256),
    outputDigest: output?.sha256 ?? null,
    edited: gates.some((gate) => gate.phase === number && gate.editedDigest === output?.sha256),
    gap,
    notes: textOf(texts, notes?.sha256),
    instructions: textOf(texts, instructions?.sha256),
  };
}

function decisionOf(gate: GateRecord, texts: Texts, takenAt: string): DecisionFacts {
  const { phase, phaseTitle, attempt, status, openedAt, decidedAt, decidedVia, comment, outputDigest } = gate;
  return {
    phase,
    phaseTitle,
    attempt,
    status,
    openedAt,
    decidedAt,
    waitedMs: Date.parse(decidedAt ?? takenAt) - Date.parse(openedAt),
    decidedBy: gate.decidedBy?.name ?? null,
    decidedVia,
    comment,
    notes: textOf(texts, gate.notesDigest),
    outputDigest,
    editedDigest: gate.editedDigest,
  };
}

function attemptOf(step: LedgerRow, tries: readonly StepTry[], titles: readonly string[]): AttemptFacts {
  const { id, phase, attempt, status, modelAsked, modelUsed, provider, tokensIn, tokensOut, tokensCached } =
    step;
  const { costUsd, startedAt, finishedAt, durationMs, promptDigest, outputDigest, reusedFrom, error } = step;
  return {
    id,
    phase,
    phaseTitle: titles[phase - 1] ?? '',
    step: step.step,
    attempt,
    status,
    tries: tries.map((each) => ({
      try: each.try,
      startedAt: each.startedAt,
      durationMs: each.durationMs,
      error: each.error,
    })),
    modelAsked,
    modelUsed,
    provider,
    tokensIn,
    tokensOut,
    tokensCached,
    costUsd,
    startedAt,
    finishedAt,
    durationMs,
    promptDigest,
    outputDigest,
    reusedFrom,
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
  };
}

function contentOf(texts: Texts, digest: string | null | undefined): TextFacts | null {
  const stored = texts.get(digest ?? '');
  return stored === undefined ? null : { text: stored.text, contentType: stored.contentType };
}

function textOf(texts: Texts, digest: string | null | undefined): string | null {
  return texts.get(digest ?? '')?.text ?? null;
}
