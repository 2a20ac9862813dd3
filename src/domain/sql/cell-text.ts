import { visibleText } from '../visible-text.js';
import type { JsonValue } from './result-values.js';

/** A cell shows no more than this: a row of wide cells would be too much for a page. Copies and files have all of it. */
const MOST_CHARACTERS = 300;

/** A value on one line. Characters without a shape appear by code, an end of a line as ↵. */
export function cellText(value: JsonValue): string {
  if (value === null) return 'NULL';
  const text = String(value);
  if (text.length <= MOST_CHARACTERS) return shown(text);
  // Half of a pair is no character.
  return `${shown(text.slice(0, MOST_CHARACTERS).replace(/[\ud800-\udbff]$/, ''))}…`;
}

function shown(text: string): string {
  return visibleText(text.replace(/\r\n?|\n/g, '↵'));
}
