import type { SqlResults } from '../app/types';

type Rows = Pick<SqlResults, 'columns' | 'rows'>;

/**
 * Tab-separated text as spreadsheets read it. A field with a tab, a line end or a quote is quoted; NULL is
 * empty.
 */
export function tsvOf({ columns, rows }: Rows): string {
  const lines = [columns.map(({ name }) => name), ...rows];
  return lines.map((line) => line.map(field).join('\t')).join('\n');
}

function field(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value);
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list of objects. A second column of the same name gets a number, or its values would be lost. */
export function jsonOf({ columns, rows }: Rows): string {
  const names: string[] = [];
  for (const { name } of columns) {
    let unique = name;
    for (let place = 2; names.includes(unique); place += 1) unique = `${name}_${place}`;
    names.push(unique);
  }
  const objects = rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]])));
  return JSON.stringify(objects, null, 2);
}
