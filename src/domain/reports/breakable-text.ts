import { widthOf } from './text-width.js';

/** A text for the page: whole, or in pieces between which a line may be broken. */
export type PageText = string | readonly string[];

/** Scripts whose lines may be broken between any two characters need no help. */
const WORDS = /[^\s\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]+/gu;
const PIECE = 4;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Words wider than a line of `width` ems may be broken anywhere; all others stay whole. */
export function breakable(value: string, width: number, measure = widthOf): PageText {
  const shown = printable(value);
  const pieces: string[] = [];
  let at = 0;
  for (const { 0: word, index } of shown.matchAll(WORDS)) {
    if (measure(word) <= width) continue;
    pieces.push(shown.slice(at, index), ...piecesOf(word));
    at = index + word.length;
  }
  if (pieces.length === 0) return shown;
  return [...pieces, shown.slice(at)].filter((piece) => piece !== '');
}

/** Without characters that no font draws, non-characters, and those that change the order of the text. */
export function printable(value: string): string {
  return value
    .replace(/\r\n?/g, '\n')
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/gu, (character) =>
      /[\n\t]/.test(character) ? character : '',
    )
    .replace(/\p{Surrogate}/gu, '\ufffd');
}

function piecesOf(word: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let count = 0;
  for (const { segment } of characters.segment(word)) {
    piece += segment;
    count += 1;
    if (count % PIECE !== 0) continue;
    pieces.push(piece);
    piece = '';
  }
  return [...pieces, piece];
}
