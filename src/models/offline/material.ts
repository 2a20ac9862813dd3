import { languageOf, type Language } from '../../domain/language.js';
import type { ReadContext } from '../prompt/read.js';
import { oneLine } from '../text.js';

interface CarriedItem {
  readonly name: string;
  readonly score: number | undefined;
}

/** The composer's material: all of it comes from the prompt. */
export interface OfflineMaterial {
  readonly language: Language;
  /** The topic in one line. */
  readonly subject: string;
  /** Words that the topic is about, the most telling first. */
  readonly terms: readonly string[];
  /** The newest approved phase's list or scores, the best first: the same in all steps of a phase. */
  readonly carried: readonly CarriedItem[];
  readonly notes: readonly string[];
  readonly phaseTitle: string;
  readonly earlierTitles: readonly string[];
}

const SUBJECT_MAX_CHARS = 90;

export function materialOf(context: ReadContext): OfflineMaterial {
  const language = languageOf(context.topic);
  return {
    language,
    subject: subjectOf(context.topic),
    terms: termsOf(context.topic, language),
    carried: carriedFrom(context.phaseOutputs.map((one) => one.text)),
    notes: context.notes.map((note) => oneLine(note.text, 160)),
    phaseTitle: context.phase?.title ?? '',
    earlierTitles: context.phaseOutputs.map((one) => one.title),
  };
}

function subjectOf(topic: string): string {
  const firstLine = topic.split('\n').find((line) => line.trim() !== '') ?? topic;
  return oneLine(firstLine.replace(/^#+\s*/, ''), SUBJECT_MAX_CHARS);
}

const englishStopWords = new Set(
  (
    'a about after against all also an and any are as at be because been before being best better between both but by can could ' +
    'create do does doing down during each for from further get give good have having help here how i if in into is it its ' +
    'just like make more most much my need new of on or other our over please plan same should so some such than that the their ' +
    'them then there these they this those through to under until up us use using very want was way ways we were what when where ' +
    'which while who why will with without would write you your'
  ).split(' '),
);

const japaneseStopWords =
  /^(?:方法|仕方|場合|紹介|提案|作成|企画|検討|計画|こと|もの|ため)$|(?:る|た|い)(?:方法|仕方|こと|ため)$/;

/** The phrases of the topic: runs of words between the small ones, or between particles. */
function termsOf(topic: string, language: Language): string[] {
  const flat = oneLine(topic, 2_000);
  const phrases = language === 'ja' ? japanesePhrases(flat) : englishPhrases(flat);
  const unique = [...new Map(phrases.map((phrase) => [phrase.toLowerCase(), phrase])).values()];
  return unique.length === 0 ? [subjectOf(topic)] : unique.slice(0, 6);
}

const WORDS_IN_PHRASE = 3;

function englishPhrases(text: string): string[] {
  const phrases: string[][] = [[]];
  for (const token of text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*|[^\s\p{L}\p{N}]/gu) ?? []) {
    const isSmall = englishStopWords.has(token.toLowerCase()) || !/[\p{L}\p{N}]/u.test(token);
    if (isSmall || phrases.at(-1)!.length === WORDS_IN_PHRASE) phrases.push([]);
    if (!isSmall) phrases.at(-1)!.push(token);
  }
  return phrases.map((words) => words.join(' ')).filter((phrase) => phrase.length > 2);
}

const particle =
  /(?<=[\u4e00-\u9fff々ァ-ヴーA-Za-z0-9])(?:について|から|まで|を|で|に|が|は|へ|と)|[、。,.!?!?「」『』()()\s]+/;

function japanesePhrases(text: string): string[] {
  return text
    .split(particle)
    .flatMap((phrase) =>
      phrase.length <= 16 ? [phrase] : (phrase.match(/[\u4e00-\u9fff々]{2,}|[ァ-ヴー]{2,}/g) ?? []),
    )
    .filter(
      (phrase) =>
        /[\u4e00-\u9fff々ァ-ヴA-Za-z]/.test(phrase) && phrase.length > 1 && !japaneseStopWords.test(phrase),
    );
}

/**
 * The names in the newest text that has any. They are rows of a table with their last number, else list items, else
 * headings.
 */
function carriedFrom(texts: readonly string[]): CarriedItem[] {
  for (const text of [...texts].reverse()) {
    for (const read of [tableRows, listItems, headings]) {
      const items = read(text);
      if (items.length > 0) return distinct(items).slice(0, 6);
    }
  }
  return [];
}

function distinct(items: readonly CarriedItem[]): CarriedItem[] {
  const byName = new Map(items.map((item) => [item.name, item]));
  return [...byName.values()].sort((one, other) => (other.score ?? 0) - (one.score ?? 0));
}

function tableRows(text: string): CarriedItem[] {
  return firstTable(text)
    .filter((line, index, lines) => !isRule(line) && !isRule(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => oneLine(cell, 80)),
    )
    .map((cells) => ({
      name: cells.find((cell) => cell !== '' && Number.isNaN(Number(cell))) ?? '',
      score: cells
        .map(Number)
        .filter((value) => !Number.isNaN(value) && value > 0)
        .at(-1),
    }))
    .filter((item) => item.name !== '');
}

function firstTable(text: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex(isRow);
  if (start === -1) return [];
  const length = lines.slice(start).findIndex((line) => !isRow(line));
  return lines.slice(start, length === -1 ? undefined : start + length);
}

const isRow = (line: string): boolean => /^\s*\|.*\|\s*$/.test(line);

const isRule = (line: string): boolean => /^\s*\|[\s|:-]+\|\s*$/.test(line);

function listItems(text: string): CarriedItem[] {
  return [...text.matchAll(/^\s*(?:[-*]|\d+\.)\s+(.+)$/gm)]
    .map((match) => oneLine((match[1] ?? '').split(/[:：]\s/)[0] ?? '', 60))
    .filter((name) => name !== '')
    .map((name) => ({ name, score: undefined }));
}

function headings(text: string): CarriedItem[] {
  return [...text.matchAll(/^#{2,6}\s+(.+)$/gm)].map((match) => ({
    name: oneLine(match[1] ?? '', 60),
    score: undefined,
  }));
}
