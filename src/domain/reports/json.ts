import type { SectionStatus } from './sections.js';

export interface JsonReport {
  readonly head: Readonly<Record<string, unknown>>;
  readonly sections: readonly JsonSection[];
}

export interface JsonSection {
  readonly status: SectionStatus;
  /** Null where the section is missing. */
  readonly data: object | null;
  /** More rows of it than are kept in memory. */
  readonly rows?: AsyncIterable<object>;
}

/** A document, a part at a time. A section's data is whole, with all its digits: the formats for people round. */
export async function* reportJson({ head, sections }: JsonReport): AsyncGenerator<string> {
  yield `{${membersOf(head)},"sections":[`;
  for (const [index, { status, data, rows }] of sections.entries()) {
    yield `${index === 0 ? '' : ','}\n{${membersOf({ ...status, data })}`;
    if (rows !== undefined) yield* rowsOf(rows);
    yield '}';
  }
  yield '\n]}\n';
}

async function* rowsOf(rows: AsyncIterable<object>): AsyncGenerator<string> {
  yield ',"rows":[';
  let separator = '\n';
  for await (const row of rows) {
    yield separator + JSON.stringify(row);
    separator = ',\n';
  }
  yield ']';
}

function membersOf(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
