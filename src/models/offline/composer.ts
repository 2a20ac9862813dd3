import { readContext, type ReadContext } from '../prompt/read.js';
import { english } from './english.js';
import { japanese } from './japanese.js';
import { materialOf, type OfflineMaterial } from './material.js';
import { phaseKindOf, type Candidate, type OfflineLexicon, type PhaseScript } from './script.js';
import { markOf } from './seed.js';

/**
 * The offline model's writing: rules over the prompt, no chance and no clock. The same prompt gives the same text, and
 * a reviewer's note another one. Later steps go on with the names and marks of the earlier ones.
 */
export function composeOffline(prompt: string): string {
  const context = readContext(prompt);
  const material = materialOf(context);
  const lexicon = material.language === 'ja' ? japanese : english;
  const script = lexicon.scripts[phaseKindOf(context.phase?.key ?? '', context.phase?.title ?? '')];
  const scored = scoredCandidates(script, material);
  return [
    titleOf(context, material),
    lexicon.notice,
    ...sectionsOf(context, { lexicon, script, material, scored }),
  ].join('\n\n');
}

interface Piece {
  readonly lexicon: OfflineLexicon;
  readonly script: PhaseScript;
  readonly material: OfflineMaterial;
  readonly scored: readonly Scored[];
}

interface Scored extends Candidate {
  readonly marks: readonly number[];
  readonly score: number;
}

function scoredCandidates(script: PhaseScript, material: OfflineMaterial): Scored[] {
  return script
    .candidates(material)
    .map((candidate) => {
      const marks = script.criteria.map((criterion) => markOf(candidate.name, criterion));
      const score = Math.round((marks.reduce((sum, mark) => sum + mark, 0) / marks.length) * 10) / 10;
      return { ...candidate, marks, score };
    })
    .sort((one, other) => other.score - one.score || (one.name < other.name ? -1 : 1));
}

function titleOf(context: ReadContext, material: OfflineMaterial): string {
  const head = context.phase === undefined ? '' : `${context.phase.title}: `;
  return `# ${head}${material.subject}${context.step === undefined ? '' : ` (${context.step})`}`;
}

function sectionsOf(context: ReadContext, piece: Piece): string[] {
  switch (context.step) {
    case 'THINK':
      return [...opening(piece), ...thinking(piece)];
    case 'EXECUTE':
      return [...opening(piece), ...executing(piece)];
    case 'INTEGRATE':
      return integrating(piece);
    case undefined:
      return [...opening(piece), ...executing(piece), ...integrating(piece)];
  }
}

function opening({ lexicon, script, material }: Piece): string[] {
  const { headings } = lexicon;
  return [
    section(headings.goal, script.goal(material)),
    section(headings.known, bullets(lexicon.known(material))),
    ...notesSection(lexicon, material),
  ];
}

function notesSection(lexicon: OfflineLexicon, material: OfflineMaterial): string[] {
  if (material.notes.length === 0) return [];
  return [section(lexicon.headings.notes, bullets(material.notes.map((note) => lexicon.noteTaken(note))))];
}

function thinking({ lexicon, script, material, scored }: Piece): string[] {
  const { headings } = lexicon;
  return [
    section(headings.questions, bullets(script.questions(material))),
    section(headings.plan, numbered(script.plan(material))),
    section(headings.criteria, bullets(script.criteria.map((name) => lexicon.criterion(name)))),
    section(headings.candidates, bullets(scored.map((one) => `**${one.name}**: ${one.why}`))),
  ];
}

function executing(piece: Piece): string[] {
  const { lexicon, script, material, scored } = piece;
  const [first, second] = leaders(scored);
  const widest = script.criteria
    .map((criterion, index) => ({ criterion, gap: (first.marks[index] ?? 0) - (second.marks[index] ?? 0) }))
    .sort((one, other) => Math.abs(other.gap) - Math.abs(one.gap))[0]!;
  const lead = widest.gap >= 0 ? first.name : second.name;
  return [
    section(lexicon.headings.candidates, scoreTable(piece)),
    section(
      lexicon.headings.comparison,
      lexicon.comparison({ first: first.name, second: second.name, criterion: widest.criterion, lead }),
    ),
    section(lexicon.headings.material, script.workedOut(material, first.name, second.name)),
  ];
}

function integrating(piece: Piece): string[] {
  const { lexicon, script, material, scored } = piece;
  const { headings } = lexicon;
  const [first, second] = leaders(scored);
  return [
    section(headings.result, lexicon.result(material, first.name)),
    ...notesSection(lexicon, material),
    section(headings.ranking, scoreTable(piece)),
    section(headings.material, script.workedOut(material, first.name, second.name)),
    section(headings.decision, script.decision(material, first.name)),
    section(headings.nextSteps, numbered(script.nextSteps(material, first.name))),
    section(headings.followUps, bullets(script.followUps(material, first.name))),
  ];
}

function leaders(scored: readonly Scored[]): [Scored, Scored] {
  const first = scored[0]!;
  return [first, scored[1] ?? first];
}

function scoreTable({ lexicon, script, scored }: Piece): string {
  const { columns } = lexicon;
  const head = [columns.name, ...script.criteria, columns.score, columns.why];
  const rows = scored.map((one) => [one.name, ...one.marks.map(String), one.score.toFixed(1), one.why]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const section = (heading: string, body: string): string => `## ${heading}\n\n${body}`;
const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
const numbered = (lines: readonly string[]): string =>
  lines.map((line, index) => `${index + 1}. ${line}`).join('\n');
