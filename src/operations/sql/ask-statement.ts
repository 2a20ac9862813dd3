import { setTimeout } from 'node:timers/promises';
import { Refusal } from '../../contracts/refusal.js';
import type { ExecuteSql } from '../../contracts/sql/request.js';
import { withTransaction } from '../../db/base/transaction.js';
import { lockRun, type Viewer } from '../../db/runs/runs.js';
import { findSqlRun, type SqlRunRow } from '../../db/sql/find-run.js';
import { cancelInQueue } from '../../db/sql/places.js';
import { isFinal } from '../../domain/runs/status.js';
import { sizeInWords } from '../../domain/sql/estimate.js';
import type { JsonValue, ResultColumn } from '../../domain/sql/result-values.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { cancelRun } from '../runs/cancel-run.js';
import type { RunStarter } from '../runs/run-starter.js';
import { statementRefusal } from './check-statement.js';
import { readableResult } from './results.js';
import { readWindow } from './read-window.js';
import { submitSql, type SubmitDeps } from './submit.js';

/**
 * A statement that a part of the product asks in somebody's name, and waits for.
 *
 * K1. It is a run like any other. It has the same checks, estimate, role, place, limits and log, and its owner sees it.
 * K2. Nobody is there to confirm: a large statement is refused, unless its owner had the answer remembered today.
 * K3. The command names it: asked again, it is found and not run again.
 * K4. Nobody waits any more: the statement is canceled.
 */
export interface AskDeps extends SubmitDeps, Pick<RunStarter, 'cancelAfterCommit'> {
  readonly objects: ObjectStore;
}

export interface StatementOrder {
  readonly body: ExecuteSql;
  readonly owner: Viewer;
  /** The asking program, by its name in the audit log. */
  readonly asker: string;
  /** The run that needs the answer. */
  readonly askedFor: string;
  readonly commandId: string;
  readonly signal: AbortSignal;
  /** After the signal: whether the statement shall end too, or somebody else goes on waiting for it. */
  readonly isUnwanted: () => boolean;
}

export type StatementAnswer =
  | {
      readonly kind: 'answered';
      readonly sessionId: string;
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly JsonValue[])[];
      readonly rowCount: number;
      readonly truncated: boolean;
      readonly executionMs: number;
    }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

const FIRST_LOOK_MS = 50;
const LAST_LOOK_MS = 1_000;

/** Refused with a `Refusal` when it is not run at all. Fails with the signal's reason when nobody waits any more. */
export async function askStatement(deps: AskDeps, order: StatementOrder): Promise<StatementAnswer> {
  const { owner, asker, signal } = order;
  const submitted = await submitSql(deps, { ...order, actor: { system: asker } });
  if (submitted.kind === 'asked') {
    throw statementRefusal(
      'sql_too_large',
      `${sizeInWords(submitted.estimate)} It has to be confirmed first: run it by itself.`,
    );
  }
  const run = await ended(deps, { owner, id: submitted.runId, signal });
  if (run !== undefined) return answerOf(deps, owner, run);
  if (order.isUnwanted()) await cancel(deps, order, submitted.runId);
  throw signal.reason;
}

interface AskedStatement {
  readonly owner: Viewer;
  readonly id: string;
  readonly signal: AbortSignal;
}

/** Undefined: the signal came first. */
async function ended(
  { pool }: AskDeps,
  { owner, id, signal }: AskedStatement,
): Promise<SqlRunRow | undefined> {
  for (let lookMs = FIRST_LOOK_MS; !signal.aborted; lookMs = Math.min(lookMs * 2, LAST_LOOK_MS)) {
    const run = await findSqlRun(pool, owner, id);
    if (run === undefined) throw new Refusal('gone');
    if (isFinal(run.status)) return run;
    await setTimeout(lookMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function answerOf(deps: AskDeps, owner: Viewer, run: SqlRunRow): Promise<StatementAnswer> {
  const { id, status, error } = run;
  if (status === 'canceled')
    return { kind: 'failed', code: 'canceled', message: 'The statement was canceled.' };
  if (status !== 'completed') {
    return {
      kind: 'failed',
      code: error?.code ?? 'unknown_error',
      message: error?.message ?? 'unknown error',
    };
  }
  const { columns, rowCount, truncated, key, storedBy } = await readableResult(deps.pool, owner, id);
  const window = { runId: storedBy, key, columns, offset: 0, limit: Math.max(1, rowCount) };
  const rows = await readWindow(deps.pool, deps.objects, window);
  if (rows === undefined) throw new Refusal('gone');
  return {
    kind: 'answered',
    sessionId: id,
    columns,
    rows,
    rowCount,
    truncated: truncated || rows.length < rowCount,
    executionMs: run.executionMs ?? 0,
  };
}

function cancel(deps: AskDeps, { owner, asker }: StatementOrder, id: string): Promise<void> {
  return withTransaction(deps.pool, async (tx) => {
    const run = await lockRun(tx, { viewer: owner, id, kinds: ['sql'] });
    if (run === undefined || isFinal(run.status)) return;
    await cancelRun(tx, deps, { run, actor: { system: asker }, resourceType: 'sql_session' });
    await cancelInQueue(tx, id);
  });
}
