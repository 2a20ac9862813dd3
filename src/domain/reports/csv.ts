export type CsvValue = string | number | boolean | null | undefined;

/** A record by RFC 4180. Where `plain` says so a value is no formula, whatever it begins with. */
export function csvLine(values: readonly CsvValue[], plain: readonly boolean[] = []): string {
  return `${values.map((value, index) => csvCell(value, plain[index] === true)).join(',')}\r\n`;
}

/**
 * A spreadsheet runs text that begins like a formula, also after white space and in full width: it is quoted. Numbers
 * of ours are left alone: a duration is no formula.
 */
const FORMULA = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

function csvCell(value: CsvValue, isPlain: boolean): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  const isFormula = !isPlain && typeof value === 'string' && FORMULA.test(text);
  const harmless = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
