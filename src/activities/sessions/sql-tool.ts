import { activityInfo } from '@temporalio/activity';
import { Refusal } from '../../contracts/refusal.js';
import { isAllowed } from '../../contracts/sql/data-source.js';
import type { Viewer } from '../../db/runs/runs.js';
import { findOwnerOfRun } from '../../db/sql/owner-of-run.js';
import type { ModelTool } from '../../models/call.js';
import { createSqlQueryTool, type SqlQuestion, type SqlToolAnswer } from '../../models/tools/sql-query.js';
import { askStatement, type AskDeps, type StatementOrder } from '../../operations/sql/ask-statement.js';
import { outlast } from './outlast.js';

/** A model reads no more rows than these; it may ask for sums instead. */
const MOST_ROWS = 200;
/** The rest of the step has to fit into its time as well. */
const PATIENCE_MS = 60_000;

export interface ToolPlace {
  readonly sessionId: string;
  readonly stepId: string;
  readonly attempt: number;
}

/** Undefined: there is nothing that the owner of the session may ask. */
export type OpenSqlTool = (place: ToolPlace) => Promise<ModelTool | undefined>;

/**
 * The tool `sql_query` of one try of a step.
 *
 * L1. A statement of a model is a run of the session's owner, with the role that they have now. It may no more than they.
 * L2. Each call has a key of its own. A try that is made again asks its model anew, and the model may ask something else.
 * L3. A statement that nobody waits for any more is canceled.
 */
export function sqlToolOpener(deps: AskDeps): OpenSqlTool {
  return async (place) => {
    const owner = await findOwnerOfRun(deps.pool, place.sessionId);
    if (owner === undefined) return undefined;
    const { role } = owner;
    const dataSources = [...deps.sql.sources.values()].filter((each) => isAllowed(each, role));
    if (dataSources.length === 0) return undefined;
    let calls = 0;
    return createSqlQueryTool({
      dataSources: dataSources.map(({ name }) => name),
      ask: (question, signal) => {
        calls += 1;
        return ask(deps, { question, owner, place, call: calls, signal });
      },
    });
  };
}

interface Asking {
  readonly question: SqlQuestion;
  readonly owner: Viewer;
  readonly place: ToolPlace;
  readonly call: number;
  readonly signal: AbortSignal | undefined;
}

async function ask(deps: AskDeps, { question, owner, place, call, signal }: Asking): Promise<SqlToolAnswer> {
  const { attempt: tryNumber, workflowExecution } = activityInfo();
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const order: StatementOrder = {
      body: { sql: question.sql, params: [], data_source: question.dataSource, row_limit: MOST_ROWS },
      owner,
      asker: 'model',
      askedFor: place.sessionId,
      commandId: `tool:${workflowExecution?.runId}:${place.stepId}:${place.attempt}:${tryNumber}:${call}`,
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
      isUnwanted: () => true,
    };
    const answer = await outlast(() => askStatement(deps, order));
    return answer.kind === 'failed' ? { refused: answer.message } : answer;
  } catch (error) {
    if (error instanceof Refusal) return { refused: wordsOf(error) };
    if (patience.aborted && signal?.aborted !== true) {
      return { refused: `it took longer than ${PATIENCE_MS / 1_000} seconds` };
    }
    throw error;
  }
}

function wordsOf({ code, message }: Refusal): string {
  return message === code ? code.replaceAll('_', ' ') : message;
}
