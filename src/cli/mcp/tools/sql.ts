import { z } from 'zod';
import type { AnswerOf } from '../../../client/operations.js';
import { pause } from '../../../client/request.js';
import { tool, type ToolCall } from '../tool.js';

const FEW_ROWS = '100';

const run = tool({
  name: 'run_sql',
  title: 'Run a SQL statement',
  description:
    'Runs one statement that only reads. A large one is not run: it gives an estimate and a confirmToken. Say the token in a second call only when the person has seen the estimate and agreed.',
  input: z.strictObject({
    sql: z.string().min(1),
    params: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .optional()
      .describe('For $1, $2, …'),
    dataSource: z.string().optional().describe('demo when left out; result: your own stored results.'),
    confirmToken: z.string().optional(),
    waitSeconds: z.int().min(0).max(60).default(20).describe('After that, read_run tells the rest.'),
  }),
  changes: true,
  run: async ({ sql, params, dataSource, confirmToken, waitSeconds }, call) => {
    const body = { sql, params, data_source: dataSource, confirm_token: confirmToken };
    const { client, signal } = call;
    const answer = await client.call('executeSqlAsync', { body, signal });
    if (answer.status === 'confirmation_required') {
      const { estimate, message, confirm_token, expires_at } = answer;
      return { status: answer.status, message, estimate, confirmToken: confirm_token, expiresAt: expires_at };
    }
    return readSql(answer.session_id, call, Date.now() + waitSeconds * 1_000);
  },
});

/** How a statement stands, with its first rows once it has them. */
export async function readSql(
  id: string,
  { client, signal }: Omit<ToolCall, 'url'>,
  until = 0,
): Promise<unknown> {
  const status = await ended(id, { client, signal }, until);
  if (status.status !== 'completed') return status;
  const { columns, rows, total_rows, truncated } = await client.call('getSqlResults', {
    params: { id },
    query: { limit: FEW_ROWS },
    signal,
  });
  return {
    id,
    status: status.status,
    columns,
    rows,
    totalRows: total_rows,
    truncated,
    shownRows: rows.length,
  };
}

async function ended(
  id: string,
  { client, signal }: Omit<ToolCall, 'url'>,
  until: number,
): Promise<AnswerOf<'getSqlStatus'>> {
  for (;;) {
    const status = await client.call('getSqlStatus', { params: { id }, signal });
    if (status.is_complete || Date.now() >= until) return status;
    await pause(status.poll_after_ms, signal);
  }
}

export const sqlTools = [run];
