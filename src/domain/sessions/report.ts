import type { MarkdownBlock } from '../reports/document.js';

/** A session as a consistent snapshot, with the content of each section of its report. */
export interface SessionSnapshot {
  readonly takenAt: string;
  readonly overview: SessionOverview;
  readonly phases: readonly PhaseFacts[];
  readonly decisions: readonly DecisionFacts[];
  readonly steps: readonly AttemptFacts[];
  readonly usage: SessionUsage;
  readonly provenance: SessionProvenance;
}

export type SessionData = Omit<SessionSnapshot, 'takenAt' | 'phases' | 'decisions' | 'steps'> & {
  readonly phases: { readonly phases: readonly PhaseFacts[] };
  readonly decisions: { readonly decisions: readonly DecisionFacts[] };
  readonly steps: { readonly steps: readonly AttemptFacts[] };
};

export interface TextFacts {
  readonly text: string;
  readonly contentType: string;
}

export interface SessionOverview {
  readonly id: string;
  readonly topic: string;
  readonly status: string;
  readonly reason: string | null;
  readonly owner: string;
  readonly template: string;
  readonly language: string;
  readonly tags: readonly string[];
  readonly input: TextFacts | null;
  readonly origin: { readonly id: string; readonly relation: string } | null;
  readonly forks: readonly { readonly id: string; readonly status: string }[];
  readonly percent: number;
  readonly elapsedMs: number;
  readonly waitMs: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface PhaseFacts {
  readonly number: number;
  readonly key: string;
  readonly title: string;
  readonly status: string;
  readonly attempt: number;
  readonly output: TextFacts | null;
  readonly outputDigest: string | null;
  /** A reviewer wrote it. */
  readonly edited: boolean;
  /** Why a step was left out. */
  readonly gap: string | null;
  readonly notes: string | null;
  readonly instructions: string | null;
}

export interface DecisionFacts {
  readonly phase: number;
  readonly phaseTitle: string;
  readonly attempt: number;
  readonly status: string;
  readonly openedAt: string;
  readonly decidedAt: string | null;
  readonly waitedMs: number | null;
  readonly decidedBy: string | null;
  readonly decidedVia: string | null;
  readonly comment: string | null;
  readonly notes: string | null;
  /** The decided output, and the reviewer's edit of it. */
  readonly outputDigest: string;
  readonly editedDigest: string | null;
}

export interface AttemptFacts {
  readonly id: string;
  readonly phase: number;
  readonly phaseTitle: string;
  readonly step: string;
  readonly attempt: number;
  readonly status: string;
  readonly tries: readonly TryFacts[];
  readonly modelAsked: string | null;
  readonly modelUsed: string | null;
  readonly provider: string | null;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly tokensCached: number;
  readonly costUsd: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly durationMs: number | null;
  readonly promptDigest: string | null;
  readonly outputDigest: string | null;
  readonly reusedFrom: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

export interface TryFacts {
  readonly try: number;
  readonly startedAt: string;
  readonly durationMs: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface SessionUsage {
  readonly phases: readonly PhaseUsage[];
  readonly maxTokens: number | null;
  readonly maxCostUsd: number | null;
  readonly usedTokens: number;
  readonly usedCostUsd: number;
  readonly unpricedCalls: number;
}

export interface PhaseUsage {
  readonly phase: number;
  readonly title: string;
  readonly step: string;
  readonly runs: number;
  readonly tries: number;
  readonly reused: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly tokensCached: number;
  readonly costUsd: number;
}

export interface SessionProvenance {
  readonly template: { readonly name: string; readonly version: number; readonly sha256: string };
  readonly modelAsked: string | null;
  /** Steps that the built-in composer wrote: no model was asked. */
  readonly offlineSteps: number;
  readonly steps: readonly Pick<
    AttemptFacts,
    | 'id'
    | 'phase'
    | 'step'
    | 'attempt'
    | 'modelAsked'
    | 'modelUsed'
    | 'provider'
    | 'promptDigest'
    | 'outputDigest'
    | 'reusedFrom'
  >[];
}

/** Takes Markdown apart. Made outside of the domain, because it takes a parser. */
export type ReadMarkdown = (text: string) => readonly MarkdownBlock[];
