/**
 * How a result lies in the object store: records of comma-separated fields, each ending in a newline. An empty field is
 * NULL and a quoted one is text, so both come back as they were. Values keep the text that the engine gave them: nothing
 * is lost of a numeric, a bigint or a microsecond.
 */
export type Field = string | null;

const NEEDS_QUOTES = /[",\n\r]/;

export function writeField(field: Field): string {
  if (field === null) return '';
  if (field !== '' && !NEEDS_QUOTES.test(field)) return field;
  return `"${field.replaceAll('"', '""')}"`;
}

/** A loop and no list: it runs for each row of millions. */
export function writeRecord(fields: readonly Field[]): string {
  let line = '';
  for (let index = 0; index < fields.length; index += 1) {
    line += index === 0 ? writeField(fields[index]!) : `,${writeField(fields[index]!)}`;
  }
  return `${line}\n`;
}

/** Records from pieces of text, wherever the pieces were cut. */
export class RecordReader {
  #rest = '';

  *read(piece: string): Generator<Field[]> {
    const text = this.#rest + piece;
    let start = 0;
    // A newline ends a record when an even number of quotes stands before it. The next quote is searched once: a
    // search for each record would read the whole piece each time.
    let quote = text.indexOf('"');
    let isQuoted = false;
    for (let newline = text.indexOf('\n'); newline !== -1; newline = text.indexOf('\n', newline + 1)) {
      for (; quote !== -1 && quote < newline; quote = text.indexOf('"', quote + 1)) isQuoted = !isQuoted;
      if (isQuoted) continue;
      yield fieldsOf(text.slice(start, newline));
      start = newline + 1;
    }
    this.#rest = text.slice(start);
  }
}

function fieldsOf(record: string): Field[] {
  if (!record.includes('"')) return record.split(',').map((field) => (field === '' ? null : field));
  const fields: Field[] = [];
  let at = 0;
  for (;;) {
    const isQuoted = record[at] === '"';
    const end = isQuoted ? endOfQuoted(record, at) : endOfPlain(record, at);
    const field = record.slice(at, end);
    fields.push(isQuoted ? field.slice(1, -1).replaceAll('""', '"') : field === '' ? null : field);
    if (end >= record.length) return fields;
    at = end + 1;
  }
}

function endOfPlain(record: string, at: number): number {
  const comma = record.indexOf(',', at);
  return comma === -1 ? record.length : comma;
}

function endOfQuoted(record: string, at: number): number {
  for (let quote = record.indexOf('"', at + 1); quote !== -1; quote = record.indexOf('"', quote + 2)) {
    if (record[quote + 1] !== '"') return quote + 1;
  }
  return record.length;
}
