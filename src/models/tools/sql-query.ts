import type { ModelTool, ToolOutcome } from '../call.js';
import { cleanModelText } from '../text.js';

const MAX_CHARS = 20_000;
const MAX_SQL = 10_000;

export interface SqlQuestion {
  readonly sql: string;
  readonly dataSource: string;
}

/** The answer to a question: rows, or the reason for none, in words that its asker may read. */
export type SqlToolAnswer =
  | {
      readonly sessionId: string;
      readonly columns: readonly { readonly name: string; readonly type: string }[];
      readonly rows: readonly (readonly unknown[])[];
      readonly truncated: boolean;
    }
  | { readonly refused: string };

export interface SqlQueryToolOptions {
  /** The sources that the owner of the session may query. */
  readonly dataSources: readonly string[];
  readonly ask: (question: SqlQuestion, signal?: AbortSignal) => Promise<SqlToolAnswer>;
}

/** Reads rows of a data source as the owner of the session may. A refusal is an answer in words. */
export function createSqlQueryTool({ dataSources, ask }: SqlQueryToolOptions): ModelTool {
  return {
    name: 'sql_query',
    description:
      'Runs one PostgreSQL SELECT and gives its first rows, a JSON array a line. ' +
      'information_schema.columns lists tables and columns. ' +
      `Data sources: ${dataSources.join(', ')}.`,
    inputSchema: {
      type: 'object',
      properties: {
        sql: { type: 'string', minLength: 1, maxLength: MAX_SQL },
        data_source: { type: 'string', enum: [...dataSources] },
      },
      required: ['sql'],
      additionalProperties: false,
    },
    execute: async (input, { signal }) => {
      const { sql, data_source: named } = input as { sql: string; data_source?: string };
      const dataSource = named ?? dataSources[0];
      if (dataSource === undefined) return { ok: false, text: 'not run: there is no data source' };
      const answer = await ask({ sql, dataSource }, signal);
      return 'refused' in answer ? { ok: false, text: `not run: ${answer.refused}` } : shown(answer);
    },
  };
}

function shown({
  sessionId,
  columns,
  rows,
  truncated,
}: Exclude<SqlToolAnswer, { refused: string }>): ToolOutcome {
  const lines = [
    `run: ${sessionId}`,
    `columns: ${JSON.stringify(columns.map(({ name, type }) => `${name} ${type}`))}`,
    ...rows.map((row) => JSON.stringify(row)),
  ];
  const text = cleanModelText(lines.join('\n'));
  const isCut = truncated || text.length > MAX_CHARS;
  return { ok: true, text: `${text.slice(0, MAX_CHARS)}${isCut ? '\n[… there is more …]' : ''}` };
}
