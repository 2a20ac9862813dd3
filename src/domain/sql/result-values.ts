import type { Field } from './result-csv.js';

export interface ResultColumn {
  readonly name: string;
  /** As the engine names it, in lower case: `numeric(12,2)`, `timestamp with time zone`. */
  readonly type: string;
}

export type JsonValue = string | number | boolean | null;

/** How the text of a value becomes JSON. A number that a double cannot hold exactly stays text. */
export function jsonValueOf(type: string): (field: Field) => JsonValue {
  const convert = conversions[kindOf(type)];
  return (field) => (field === null ? null : convert(field));
}

/** Digits that stay text in JSON, because a double would not hold all of them. */
export function isExactNumber(type: string): boolean {
  return /^(bigint|hugeint|ubigint|uhugeint|numeric|decimal)(\(|$)/.test(type);
}

/** Names as members of an object have to be: a second `id` is `id_2`. */
export function uniqueNames(columns: readonly ResultColumn[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let unique = name;
    for (let number = 2; taken.has(unique); number += 1) unique = `${name}_${number}`;
    taken.add(unique);
    return unique;
  });
}

type ColumnKind = 'number' | 'boolean' | 'instant' | 'moment' | 'text';

const numbers: ReadonlySet<string> = new Set([
  'smallint',
  'integer',
  'real',
  'double precision',
  'double',
  'float',
  'tinyint',
  'utinyint',
  'usmallint',
  'uinteger',
]);

export function kindOf(type: string): ColumnKind {
  if (numbers.has(type)) return 'number';
  if (type === 'boolean') return 'boolean';
  if (/^timestamp(\(\d\))? with time zone$/.test(type)) return 'instant';
  return /^timestamp(\(\d\))?( without time zone)?$/.test(type) ? 'moment' : 'text';
}

const conversions: Readonly<Record<ColumnKind, (text: string) => JsonValue>> = {
  number: (text) => {
    const value = Number(text);
    // JSON has no infinity and no NaN.
    return Number.isFinite(value) ? value : text;
  },
  boolean: (text) => text === 't',
  instant: (text) => (isMoment(text) ? `${isoMoment(text.replace(/\+00(:00)?$/, ''))}Z` : text),
  moment: (text) => (isMoment(text) ? isoMoment(text) : text),
  text: (text) => text,
};

/** Not so `infinity`, and years that have more than four digits. */
function isMoment(text: string): boolean {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?(\+00(:00)?)?$/.test(text);
}

function isoMoment(text: string): string {
  const [time = '', fraction = ''] = text.slice(11).split('.');
  return `${text.slice(0, 10)}T${time}.${fraction.padEnd(6, '0')}`;
}
