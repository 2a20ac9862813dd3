import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { newId } from '../../contracts/ids.js';
import { newRunOf } from '../../contracts/runs/run-identity.js';
import { Refusal } from '../../contracts/refusal.js';
import { RESULT_SOURCE } from '../../contracts/sql/data-source.js';
import type { SourcePlanner, SqlGrammar } from '../../contracts/sql/ports.js';
import type { ExecuteSql } from '../../contracts/sql/request.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import type { Origin } from '../../contracts/users/principal.js';
import { recordAudit, type AuditActor } from '../../db/audit/log.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';
import { insertRun, type NewRun, type Viewer } from '../../db/runs/runs.js';
import { askForConfirmation, rememberConfirmation, useConfirmation } from '../../db/sql/confirmations.js';
import { confirmQuestion, keepQuestion, settleQuestion } from '../../db/sql/questions.js';
import { insertSqlRun } from '../../db/sql/insert-run.js';
import { knownOf } from '../../db/sql/known.js';
import { lockEntrance, readQueue } from '../../db/sql/places.js';
import { findFreshResult, findOneInFlight } from '../../db/sql/same-statement.js';
import { serveStored } from '../../db/sql/serve-stored.js';
import {
  estimateOf,
  judgeSize,
  passedLimit,
  type SqlEstimate,
  type SqlPlan,
} from '../../domain/sql/estimate.js';
import { joining, positionOf, waitingInVain } from '../../domain/sql/fair-queue.js';
import { canonicalJson } from '../../domain/audit/canonical-json.js';
import { readStatement, requireResults, sourceFor, statementRefusal } from './check-statement.js';
import { planStatement } from './estimate-statement.js';

/**
 * Takes a statement: checked, estimated, confirmed where it is large, and only then a run.
 *
 * S1. Nothing of the statement runs here, and nothing at all before a large one is confirmed.
 * S2. The token is used up in the run's transaction: without a run the token stays good.
 * S3. The same command sent again finds the run that it made.
 * S4. The ceiling stands above every confirmation.
 * S5. Places are given by the runs' own workflows: no sender waits until one is given away.
 */
export interface SubmitDeps {
  readonly pool: Pool;
  readonly grammar: SqlGrammar;
  readonly planner: SourcePlanner;
  readonly sql: SqlSettings;
  readonly startAfterCommit: (tx: Tx, run: NewRun) => void;
}

export interface SqlOrder {
  readonly body: ExecuteSql;
  /** The run's owner: their role decides what may be asked. */
  readonly owner: Viewer;
  /** The sender: the owner, or a program in their name. */
  readonly actor: AuditActor;
  /** The run that needs the answer, where that is another one. */
  readonly askedFor?: string;
  /** The question that the owner says yes to. It stands for a token. */
  readonly confirms?: string;
  readonly origin?: Origin;
  readonly commandId: string;
}

export type Submitted =
  | {
      readonly kind: 'accepted';
      readonly runId: string;
      readonly queuePosition: number;
      readonly estimate: SqlEstimate | null;
    }
  | {
      readonly kind: 'asked';
      readonly estimate: SqlEstimate;
      readonly token: string;
      readonly expiresAt: string;
      readonly questionId: string;
    };

interface Prepared {
  readonly order: SqlOrder;
  readonly fingerprint: string;
  readonly statementHash: string;
  readonly estimate: SqlEstimate;
}

export async function submitSql(deps: SubmitDeps, order: SqlOrder): Promise<Submitted> {
  const { body, owner, commandId } = order;
  const isOverResults = body.data_source === RESULT_SOURCE;
  // A statement over results asks no data source for its cost: the engine bounds it.
  const source = isOverResults ? undefined : sourceFor(deps.sql, body.data_source, owner.role);
  const { fingerprint, relations } = readStatement(deps.grammar, body.sql);
  const statementHash = hashOf(body, isOverResults ? owner.userId : null);
  const plan = async (): Promise<SqlPlan | undefined> =>
    source === undefined
      ? undefined
      : planStatement(deps.planner, source, { sql: body.sql, params: body.params });
  // A stored answer spares the source even the plan. Without one both are asked at once.
  const early = body.max_age_seconds === undefined ? plan() : undefined;
  early?.catch(() => undefined);
  const name = { dataSource: body.data_source, fingerprint };
  const known = await knownOf(deps.pool, { ...name, commandId, userId: owner.userId, statementHash });
  if (known.runId !== null) return acceptedBefore(deps, known.runId);
  if (isOverResults) await requireResults(deps.pool, owner.userId, relations);
  const stored = await storedAnswer(deps, order, { fingerprint, statementHash });
  if (stored !== undefined) return { kind: 'accepted', runId: stored, queuePosition: 0, estimate: null };
  const estimate = estimateOf(await (early ?? plan()), known.history, body.row_limit);
  const prepared = { order, fingerprint, statementHash, estimate };
  if (source === undefined) return makeRun(deps, prepared);
  const isConfirmed = body.confirm_token !== undefined || order.confirms !== undefined;
  switch (judgeSize(estimate, deps.sql, known.isRemembered || isConfirmed)) {
    case 'too_large':
      throw tooLarge(deps.sql, estimate);
    case 'ask':
      return { kind: 'asked', estimate, ...(await ask(deps, prepared)) };
    case 'run':
      return makeRun(deps, prepared);
  }
}

async function acceptedBefore({ pool, sql }: SubmitDeps, runId: string): Promise<Submitted> {
  const position = positionOf(await readQueue(pool), sql.places, runId);
  return { kind: 'accepted', runId, estimate: null, queuePosition: position };
}

/** The identity of a statement. Sender and confirmation are no part of it. */
function hashOf(
  { sql, params, data_source: source, row_limit: limit }: ExecuteSql,
  ownerId: string | null,
): string {
  // Over one's own results a statement means nothing to anybody else.
  const text = canonicalJson({ sql, params, source, limit: limit ?? null, ownerId });
  return createHash('sha256').update(text).digest('hex');
}

function tooLarge({ ceiling }: SqlSettings, estimate: SqlEstimate): Refusal {
  const size = passedLimit(estimate, ceiling) ?? 'rows';
  return statementRefusal(
    'sql_too_large',
    `It is estimated at ${estimate[size]} (${size}); the most is ${ceiling[size]}. No confirmation passes that.`,
  );
}

/** The inbox has no question that another run needs answered: a yes would come too late for it. */
function ask({ pool }: SubmitDeps, { order, statementHash, estimate }: Prepared) {
  const { body, owner, askedFor } = order;
  const question = { userId: owner.userId, statementHash, estimate };
  return withTransaction(pool, async (tx) => {
    const asked = await askForConfirmation(tx, question);
    const id = newId('sqlQuestion');
    if (askedFor !== undefined) return { ...asked, questionId: id };
    const { sql, params, data_source: dataSource, row_limit: rowLimit = null } = body;
    const kept = { ...question, id, sql, params, dataSource, rowLimit, expiresAt: asked.expiresAt };
    return { ...asked, questionId: await keepQuestion(tx, kept) };
  });
}

/** A result that is no older than the asker takes. The right to the source was looked at before. */
async function storedAnswer(
  deps: SubmitDeps,
  order: SqlOrder,
  { fingerprint, statementHash }: Pick<Prepared, 'fingerprint' | 'statementHash'>,
): Promise<string | undefined> {
  const { max_age_seconds: maxAge } = order.body;
  if (maxAge === undefined) return undefined;
  return withTransaction(deps.pool, async (tx) => {
    const found = await findFreshResult(tx, statementHash, maxAge);
    if (found === undefined) return undefined;
    const run = runOf(order);
    await insertRun(tx, run);
    await insertSqlRun(tx, {
      ...rowOf(order, run.id),
      fingerprint,
      statementHash,
      estimate: null,
      place: 'served',
      servedBy: found.runId,
    });
    await serveStored(tx, run.id, found);
    await audit(tx, order, { runId: run.id, servedBy: found.runId });
    return run.id;
  });
}

function makeRun(deps: SubmitDeps, prepared: Prepared): Promise<Submitted> {
  return withTransaction(deps.pool, (tx) => joinQueue(deps, tx, prepared));
}

/** Two round trips: what decides, and the rows with their commit. */
async function joinQueue(deps: SubmitDeps, tx: Tx, prepared: Prepared): Promise<Submitted> {
  const { order, fingerprint, statementHash, estimate } = prepared;
  const { places, queueMax } = deps.sql;
  const [, , leader, queue] = await Promise.all([
    confirm(tx, prepared),
    lockEntrance(tx),
    findOneInFlight(tx, statementHash),
    readQueue(tx),
  ]);
  if (leader === undefined && waitingInVain(queue, places) >= queueMax) {
    throw new Refusal('sql_queue_full', { retryAfterSeconds: 10 });
  }
  const run = runOf(order);
  deps.startAfterCommit(tx, run);
  await tx.commitWith(
    Promise.all([
      insertRun(tx, run),
      insertSqlRun(tx, {
        ...rowOf(order, run.id),
        fingerprint,
        statementHash,
        estimate,
        place: leader === undefined ? 'waiting' : 'following',
        servedBy: leader ?? null,
      }),
      audit(tx, order, { runId: run.id, estimate, ...(leader === undefined ? {} : { follows: leader }) }),
    ]),
  );
  const joined = leader === undefined ? joining(queue, { runId: run.id, ownerId: run.ownerId }) : queue;
  return { kind: 'accepted', runId: run.id, queuePosition: positionOf(joined, places, run.id), estimate };
}

async function confirm(tx: Tx, { order, fingerprint, statementHash }: Prepared): Promise<void> {
  const { body, owner, confirms } = order;
  const { userId } = owner;
  const token = body.confirm_token;
  if (confirms !== undefined) {
    if (!(await confirmQuestion(tx, userId, confirms))) throw answeredAlready();
  } else if (token !== undefined) {
    if (!(await useConfirmation(tx, { token, userId, statementHash }))) throw answeredAlready();
    await settleQuestion(tx, { userId, statementHash });
  } else return;
  if (body.remember_confirmation !== true) return;
  await rememberConfirmation(tx, userId, { dataSource: body.data_source, fingerprint });
}

function answeredAlready(): Refusal {
  return statementRefusal('confirmation_invalid', 'Ask again without a token to get a new one.');
}

function runOf({ body, owner }: SqlOrder): NewRun {
  const identity = newRunOf('sql');
  const { sql, params, data_source, row_limit } = body;
  return {
    ...identity,
    ownerId: owner.userId,
    title: sql.replace(/\s+/g, ' ').trim().slice(0, 200),
    input: { sql, params, data_source, row_limit: row_limit ?? null },
    workflowInput: { runId: identity.id },
  };
}

function rowOf({ body, owner, commandId }: SqlOrder, runId: string) {
  return {
    runId,
    ownerId: owner.userId,
    commandId,
    dataSource: body.data_source,
    sql: body.sql,
    params: body.params,
    rowLimit: body.row_limit ?? null,
  };
}

async function audit(
  tx: Tx,
  { body, owner, actor, askedFor, origin }: SqlOrder,
  { runId, ...more }: { readonly runId: string; readonly [fact: string]: unknown },
): Promise<void> {
  const inNameOf = askedFor === undefined ? {} : { ownerId: owner.userId, askedFor };
  await recordAudit(tx, {
    actor,
    ...(origin === undefined ? {} : { origin }),
    resourceType: 'sql_session',
    resourceId: runId,
    action: 'created',
    after: { sql: body.sql, dataSource: body.data_source, ...inNameOf, ...more },
  });
}
