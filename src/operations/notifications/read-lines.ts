import { Readable } from 'node:stream';
import { parse } from 'csv-parse';

/** A record of a file with its line number, or the reason that it is none. */
export type ReadLine =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly error: string };

export type LineFormat = 'csv' | 'ndjson';

/** A record beyond this is a file that was not meant for us. */
const LONGEST_RECORD = 64 * 1024;

/** Record after record as the bytes come: nothing but one record is kept. */
export function readLines(bytes: AsyncIterable<Buffer>, format: LineFormat): AsyncIterable<ReadLine> {
  return format === 'csv' ? readCsv(bytes) : readNdjson(bytes);
}

async function* readCsv(bytes: AsyncIterable<Buffer>): AsyncGenerator<ReadLine> {
  const skipped: ReadLine[] = [];
  const parser = parse({
    columns: true,
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: LONGEST_RECORD,
  });
  parser.on('skip', (error: { message: string; lines?: number } | undefined) => {
    skipped.push({ line: error?.lines ?? 0, error: sentenceOf(error?.message ?? 'cannot be read') });
  });
  const source = Readable.from(bytes, { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const { record, info } of parser as AsyncIterable<{
    record: unknown;
    info: { lines: number };
  }>) {
    yield* skipped.splice(0);
    yield { line: info.lines, value: record };
  }
  yield* skipped;
}

async function* readNdjson(bytes: AsyncIterable<Buffer>): AsyncGenerator<ReadLine> {
  let line = 0;
  for await (const text of textLines(bytes)) {
    line += 1;
    if (text.trim() === '') continue;
    yield jsonLine(line, text);
  }
}

function jsonLine(line: number, text: string): ReadLine {
  try {
    return { line, value: JSON.parse(text) };
  } catch {
    return { line, error: 'is not valid JSON' };
  }
}

async function* textLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_RECORD) rest = rest.slice(0, LONGEST_RECORD);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** Without the excerpt of the file that the parser adds. */
function sentenceOf(message: string): string {
  return message.replace(/\s+/g, ' ').slice(0, 200);
}
