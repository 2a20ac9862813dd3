import type { OfflineMaterial } from './material.js';

export type PhaseKind = 'trends' | 'opportunities' | 'concept' | 'production' | 'strategy' | 'generic';

export interface Candidate {
  readonly name: string;
  readonly why: string;
}

/** The composer's sentences about a kind of phase in a language. */
export interface PhaseScript {
  goal(material: OfflineMaterial): string;
  questions(material: OfflineMaterial): string[];
  plan(material: OfflineMaterial): string[];
  readonly criteria: readonly [string, string, string];
  candidates(material: OfflineMaterial): Candidate[];
  /** Worked-out material about the best candidate, as Markdown. */
  workedOut(material: OfflineMaterial, best: string, second: string): string;
  decision(material: OfflineMaterial, best: string): string;
  nextSteps(material: OfflineMaterial, best: string): string[];
  followUps(material: OfflineMaterial, best: string): string[];
}

/** The two best candidates, and the criterion that sets them apart most. */
interface Comparison {
  readonly first: string;
  readonly second: string;
  readonly criterion: string;
  readonly lead: string;
}

export interface OfflineLexicon {
  readonly notice: string;
  readonly headings: Readonly<
    Record<
      | 'goal'
      | 'known'
      | 'notes'
      | 'questions'
      | 'plan'
      | 'criteria'
      | 'candidates'
      | 'comparison'
      | 'material'
      | 'result'
      | 'ranking'
      | 'decision'
      | 'nextSteps'
      | 'followUps',
      string
    >
  >;
  readonly columns: { readonly name: string; readonly why: string; readonly score: string };
  known(material: OfflineMaterial): string[];
  noteTaken(note: string): string;
  criterion(name: string): string;
  comparison(compared: Comparison): string;
  result(material: OfflineMaterial, best: string): string;
  readonly scripts: Readonly<Record<PhaseKind, PhaseScript>>;
}

const phaseNames: readonly (readonly [PhaseKind, RegExp])[] = [
  ['trends', /trend|トレンド|潮流|収集/i],
  ['opportunities', /opportunit|機会|評価|チャンス/i],
  ['concept', /concept|idea|コンセプト|企画|概念/i],
  ['strategy', /strateg|execution|launch|rollout|戦略|実行|展開/i],
  ['production', /produc|content|draft|writing|制作|生成|コンテンツ|執筆/i],
];

export function phaseKindOf(key: string, title: string): PhaseKind {
  return phaseNames.find(([, pattern]) => pattern.test(key) || pattern.test(title))?.[0] ?? 'generic';
}
