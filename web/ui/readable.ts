import { wordsOf } from './words-of';

/** Data as lines of text, so that two of them can be compared as a person reads them. Other text stays as it is. */
export function readable(text: string): string {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return lines(JSON.parse(text) as unknown, '').join('\n');
  } catch {
    return text;
  }
}

function lines(value: unknown, indent: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, place) => labelled(`${place + 1}.`, each, indent));
  }
  if (typeof value !== 'object' || value === null) return [`${indent}${String(value)}`];
  return Object.entries(value).flatMap(([name, each]: [string, unknown]) =>
    labelled(`${wordsOf(name)}:`, each, indent),
  );
}

function labelled(label: string, value: unknown, indent: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${indent}${label} ${String(value)}`];
  return [`${indent}${label}`, ...lines(value, `${indent}  `)];
}
