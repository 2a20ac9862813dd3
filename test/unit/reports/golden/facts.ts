import type { ActivityData } from '../../../../src/domain/reports/activity.js';
import type { AuditData } from '../../../../src/domain/reports/audit.js';
import type { AttemptFacts, SessionData } from '../../../../src/domain/sessions/report.js';

const step: AttemptFacts = {
  id: 'step_1',
  phase: 1,
  phaseTitle: 'Collect <facts>',
  step: 'THINK',
  attempt: 2,
  status: 'completed',
  tries: [
    {
      try: 1,
      startedAt: '2026-03-01T09:00:00.000000Z',
      durationMs: 10,
      error: { code: 'timeout', message: 'It took too long.' },
    },
    { try: 2, startedAt: '2026-03-01T09:01:00.000000Z', durationMs: 20, error: null },
  ],
  modelAsked: 'large',
  modelUsed: 'large-2',
  provider: 'acme',
  tokensIn: 1_200,
  tokensOut: 34,
  tokensCached: 7,
  costUsd: 0.5,
  startedAt: '2026-03-01T09:01:00.000000Z',
  finishedAt: '2026-03-01T09:02:00.000000Z',
  durationMs: 60_000,
  promptDigest: 'a'.repeat(64),
  outputDigest: 'b'.repeat(64),
  reusedFrom: null,
  errorCode: null,
  errorMessage: null,
};
const untouched: AttemptFacts = {
  ...step,
  id: 'step_2',
  phase: 2,
  phaseTitle: 'Conclude',
  step: 'EXECUTE',
  attempt: 1,
  status: 'skipped',
  tries: [],
  modelAsked: null,
  modelUsed: null,
  provider: null,
  tokensIn: 0,
  tokensOut: 0,
  costUsd: null,
  startedAt: null,
  durationMs: null,
  promptDigest: null,
  outputDigest: null,
};

/** A session in which everything happened that a report has words for. */
export const eventfulSession: SessionData = {
  overview: {
    id: 'run_1',
    topic: 'Prices & costs',
    status: 'failed',
    reason: 'budget_exceeded',
    owner: 'ana',
    template: 'analysis, version 3',
    language: 'en',
    tags: ['urgent', 'q3'],
    input: { text: '{"a":1}', contentType: 'application/json; charset=utf-8' },
    origin: { id: 'run_0', relation: 'fork' },
    forks: [
      { id: 'run_2', status: 'running' },
      { id: 'run_3', status: 'completed' },
    ],
    percent: 66,
    elapsedMs: 7_200_000,
    waitMs: 65_000,
    createdAt: '2026-03-01T08:59:00.000000Z',
    startedAt: '2026-03-01T09:00:00.000000Z',
    finishedAt: '2026-03-01T11:00:00.000000Z',
  },
  phases: {
    phases: [
      {
        number: 1,
        key: 'collect',
        title: 'Collect <facts>',
        status: 'approved',
        attempt: 2,
        output: { text: 'Some *Markdown*', contentType: 'text/markdown' },
        outputDigest: 'b'.repeat(64),
        edited: true,
        gap: 'The step took too long.',
        notes: 'Mind the sources.',
        instructions: 'Look again.',
      },
      {
        number: 2,
        key: 'conclude',
        title: 'Conclude',
        status: 'running',
        attempt: 1,
        output: null,
        outputDigest: 'c'.repeat(64),
        edited: false,
        gap: null,
        notes: null,
        instructions: null,
      },
      {
        number: 3,
        key: 'end',
        title: 'End',
        status: 'pending',
        attempt: 1,
        output: null,
        outputDigest: null,
        edited: false,
        gap: null,
        notes: null,
        instructions: null,
      },
    ],
  },
  decisions: {
    decisions: [
      ['waiting_approval', null, null, null, null, null],
      ['approved', 'ana', 'api', 'Good.', 'Mind this.', 'd'.repeat(64)],
      ['rejected', null, 'timeout', 'Too late.', null, null],
      ['approved', null, 'signal', null, 'Only notes.', null],
    ].map(([status, decidedBy, decidedVia, comment, notes, editedDigest], index) => ({
      phase: 1,
      phaseTitle: 'Collect <facts>',
      attempt: index + 1,
      status: status ?? '',
      openedAt: '2026-03-01T09:30:00.000000Z',
      decidedAt: index === 0 ? null : '2026-03-01T09:31:05.000000Z',
      waitedMs: index === 0 ? null : 65_000,
      decidedBy: decidedBy ?? null,
      decidedVia: decidedVia ?? null,
      comment: comment ?? null,
      notes: notes ?? null,
      outputDigest: 'b'.repeat(64),
      editedDigest: editedDigest ?? null,
    })),
  },
  steps: {
    steps: [
      step,
      untouched,
      { ...untouched, id: 'step_3', reusedFrom: 'run_0' },
      { ...untouched, id: 'step_4', status: 'failed', errorCode: 'broken', errorMessage: 'It broke.' },
    ],
  },
  usage: {
    maxTokens: 10_000,
    maxCostUsd: 2,
    usedTokens: 1_234,
    usedCostUsd: 0.5,
    unpricedCalls: 1,
    phases: [
      {
        phase: 1,
        title: 'Collect',
        step: 'THINK',
        runs: 1,
        tries: 2,
        reused: 3,
        tokensIn: 1_200,
        tokensOut: 34,
        tokensCached: 7,
        costUsd: 0.5,
      },
      {
        phase: 1,
        title: 'Collect',
        step: 'EXECUTE',
        runs: 4,
        tries: 5,
        reused: 6,
        tokensIn: 100,
        tokensOut: 1,
        tokensCached: 8,
        costUsd: 0.25,
      },
      {
        phase: 2,
        title: 'Conclude',
        step: 'THINK',
        runs: 0,
        tries: 0,
        reused: 1,
        tokensIn: 10,
        tokensOut: 2,
        tokensCached: 0,
        costUsd: 0,
      },
    ],
  },
  provenance: {
    template: { name: 'analysis', version: 3, sha256: 'e'.repeat(64) },
    modelAsked: 'large',
    offlineSteps: 2,
    steps: [step, untouched],
  },
};

/** A session with hardly any facts. */
export const plainSession: SessionData = {
  overview: {
    ...eventfulSession.overview,
    reason: null,
    tags: [],
    input: null,
    origin: null,
    forks: [],
    startedAt: null,
    finishedAt: null,
  },
  phases: { phases: [] },
  decisions: { decisions: [] },
  steps: { steps: [untouched] },
  usage: {
    phases: [],
    maxTokens: null,
    maxCostUsd: null,
    usedTokens: 0,
    usedCostUsd: 0,
    unpricedCalls: 0,
  },
  provenance: { ...eventfulSession.provenance, modelAsked: null, offlineSteps: 0, steps: [] },
};

const run = {
  id: 'run_1',
  kind: 'cot-session',
  title: 'Prices',
  status: 'completed' as const,
  createdAt: '2026-03-01T09:00:00.000000Z',
  durationMs: 1_500,
};

export const eventfulActivity: ActivityData = {
  runs: {
    total: 1_234,
    byKind: [{ kind: 'report', status: 'failed', count: 1_000, medianMs: 900, p95Ms: null }],
    timeline: {
      unit: 'hour',
      buckets: [
        { at: '2026-03-01T09:00:00.000000Z', ended: 3, failed: 1 },
        { at: '2026-03-01T10:00:00.000000Z', ended: 0, failed: 0 },
      ],
    },
    recent: [run],
  },
  sessions: {
    templates: [
      { template: 'one', created: 1_021, open: 2, completed: 3, failed: 4, rejected: 5, canceled: 6 },
    ],
    standing: [{ id: 'run_1', topic: 'Prices', template: 'one', reason: 'gate', unchangedMs: 3_600_000 }],
    standingTotal: 2,
  },
  steps: {
    steps: Array.from({ length: 12 }, (_, index) => ({
      template: 'one',
      phase: index + 1,
      title: index === 0 ? null : `Phase ${index + 1}`,
      step: 'THINK',
      runs: index + 1_000,
      failed: 1,
      retries: index,
      errorRate: index === 0 ? null : 0.125,
      p50Ms: index === 11 ? null : 1_250,
      p95Ms: index === 11 ? null : 2_500,
      totalMs: 1_000 + 249 * index,
    })),
  },
  waiting: {
    workMs: 60_000,
    phases: [
      { template: 'one', phase: 2, decisions: 4, open: 1, p50Ms: 90_000, p95Ms: 120_000, totalMs: 180_000 },
      { template: 'two', phase: 1, decisions: 0, open: 1, p50Ms: null, p95Ms: null, totalMs: 0 },
    ],
  },
  usage: {
    models: [
      ['large', 2, 1],
      ['own', 2, 2],
      ['none', 0, 0],
    ].map(([model, steps, unpriced]) => ({
      template: 'one',
      model: String(model),
      provider: 'acme',
      steps: Number(steps),
      tokensIn: 1_000,
      tokensOut: 20,
      tokensCached: 3,
      costUsd: 0.004,
      unpricedSteps: Number(unpriced),
    })),
    days: [{ day: '2026-03-01', tokensIn: 1_000, tokensOut: 20, costUsd: 0.25 }],
  },
  failures: { total: 2, recent: [{ ...run, code: 'timeout', message: 'It took too long.' }] },
};

export const plainActivity: ActivityData = {
  runs: {
    total: 1,
    byKind: [],
    timeline: { unit: 'day', buckets: [{ at: '2026-03-01T00:00:00.000000Z', ended: 1, failed: 0 }] },
    recent: [{ ...run, durationMs: null }],
  },
  sessions: { templates: [], standing: [], standingTotal: 0 },
  steps: {
    steps: [
      {
        template: 'one',
        phase: 1,
        title: 'First',
        step: 'THINK',
        runs: 0,
        failed: 0,
        retries: 0,
        errorRate: null,
        p50Ms: null,
        p95Ms: null,
        totalMs: 0,
      },
    ],
  },
  waiting: { workMs: 0, phases: [] },
  usage: { models: [], days: [] },
  failures: { total: 1, recent: [{ ...run, code: 'timeout', message: 'It took too long.' }] },
};

const actions = Array.from({ length: 21 }, (_, index) => ({
  value: `action ${index}`,
  count: 1_000 + index,
}));

export const brokenAudit: AuditData = {
  summary: {
    total: 1_001,
    byAction: actions,
    byResource: [{ value: 'run', count: 2 }],
    byActor: [{ value: 'ana', count: 3 }],
    byDay: [{ value: '2026-03-01', count: 4 }],
  },
  verification: {
    valid: false,
    checked: 1_000,
    prunedThrough: 1,
    checkpoint: { seq: 9, hash: 'f'.repeat(8), signedAt: '2026-03-01T09:00:00.000000Z' },
    firstBroken: { seq: 7, id: null, reason: 'hash' },
  },
  entries: { total: 1_001 },
};

export const soundAudit: AuditData = {
  summary: { total: 1, byAction: [], byResource: [], byActor: [], byDay: [] },
  verification: { valid: true, checked: 1, prunedThrough: 0, checkpoint: null, firstBroken: null },
  entries: { total: 0 },
};
