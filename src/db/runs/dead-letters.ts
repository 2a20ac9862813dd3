import { newId } from '../../contracts/ids.js';
import { toJsonb } from '../base/jsonb.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import type { StepTry } from './checkpoints.js';
import { execute, join, many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** Work that used up its retries: a run, or a delivery to a webhook. */
export interface DeadLetter {
  readonly id: string;
  readonly runId: string | null;
  readonly workflowId: string | null;
  readonly deliveryId: string | null;
  readonly webhookId: string | null;
  readonly kind: string;
  readonly title: string;
  readonly errorCode: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly errors: readonly StepTry[];
  readonly createdAt: string;
  /** The run or delivery that replayed it, the last one if more than once. */
  readonly replayedRunId: string | null;
  readonly replayedDeliveryId: string | null;
}

export interface DeadLetterFilters {
  readonly kind?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly createdFrom?: string | undefined;
  readonly createdTo?: string | undefined;
  readonly replayed?: 'yes' | 'no' | undefined;
  readonly ids?: readonly string[] | undefined;
}

type Row = DeadLetter;

export const errorCode: Sql = sql`coalesce(runs.error ->> 'code', dead_letters.errors -> -1 ->> 'type')`;

export const letterTitle: Sql = sql`coalesce(runs.title,
  concat(dead_letters.input ->> 'event', ' to ', dead_letters.input ->> 'url'))`;

const columns: Sql = sql`dead_letters.id, dead_letters.run_id as "runId", runs.workflow_id as "workflowId",
  dead_letters.delivery_id as "deliveryId", deliveries.webhook_id as "webhookId", dead_letters.kind,
  ${letterTitle} as title,
  ${errorCode} as "errorCode", dead_letters.input, dead_letters.errors, dead_letters.created_at as "createdAt",
  dead_letters.replayed_as as "replayedRunId", dead_letters.replayed_delivery_id as "replayedDeliveryId"`;

const joined: Sql = sql`dead_letters left join runs on runs.id = dead_letters.run_id
  left join webhook_deliveries deliveries on deliveries.id = dead_letters.delivery_id`;

export const notReplayed: Sql = sql`(dead_letters.replayed_as is null and dead_letters.replayed_delivery_id is null)`;

/** A delivery goes nowhere while its webhook is switched off or gone. */
const replayable: Sql = sql`(dead_letters.run_id is not null
  or exists (select from webhooks where webhooks.id = deliveries.webhook_id and is_active and deleted_at is null))`;

/** Once for a run, however often it is written. */
export async function insertDeadLetter(db: Db, runId: string, errors: readonly StepTry[]): Promise<void> {
  await execute(
    db,
    sql`insert into dead_letters (id, run_id, kind, input, errors)
        select ${newId('deadLetter')}, id, kind, input, ${toJsonb(errors)}::jsonb from runs where id = ${runId}
        on conflict (run_id) do nothing`,
  );
}

export function listDeadLetters(
  db: Db,
  filters: DeadLetterFilters,
  page: PageRequest,
): Promise<DeadLetter[]> {
  const { where, orderBy } = keyset(page.position, {
    at: sql`dead_letters.created_at`,
    id: sql`dead_letters.id`,
  });
  return many<Row>(
    db,
    sql`select ${columns} from ${joined}
         where ${matching(filters)} and ${where} order by ${orderBy} limit ${page.limit + 1}`,
  );
}

export function findDeadLetter(db: Db, id: string): Promise<DeadLetter | undefined> {
  return maybeOne<Row>(db, sql`select ${columns} from ${joined} where dead_letters.id = ${id}`);
}

/** With the row's lock, so that two replays are one after the other. */
export function lockDeadLetter(tx: Tx, id: string): Promise<DeadLetter | undefined> {
  return maybeOne<Row>(
    tx,
    sql`select ${columns} from ${joined} where dead_letters.id = ${id} for update of dead_letters`,
  );
}

/** The oldest that match and can be replayed. */
export function listReplayable(db: Db, filters: DeadLetterFilters, limit: number): Promise<DeadLetter[]> {
  return many<Row>(db, replayableRows(filters, limit));
}

/**
 * The same with their locks. A row that another replay has locked is waited for, and left out when that replay took
 * it.
 */
export function lockReplayable(tx: Tx, filters: DeadLetterFilters, limit: number): Promise<DeadLetter[]> {
  return many<Row>(tx, sql`${replayableRows(filters, limit)} for update of dead_letters`);
}

function replayableRows(filters: DeadLetterFilters, limit: number): Sql {
  return sql`select ${columns} from ${joined}
              where ${matching(filters)} and ${notReplayed} and ${replayable}
              order by dead_letters.created_at, dead_letters.id limit ${limit}`;
}

export function countReplayable(
  db: Db,
  filters: DeadLetterFilters,
): Promise<{ matching: number; notReplayable: number }> {
  return one(
    db,
    sql`select count(*) filter (where ${replayable}) as matching,
               count(*) filter (where not ${replayable}) as "notReplayable"
          from ${joined} where ${matching(filters)} and ${notReplayed}`,
  );
}

function matching({ kind, errorCode: code, createdFrom, createdTo, replayed, ids }: DeadLetterFilters): Sql {
  const conditions: Sql[] = [sql`true`];
  if (kind !== undefined) conditions.push(sql`dead_letters.kind = ${kind}`);
  if (code !== undefined) conditions.push(sql`${errorCode} = ${code}`);
  if (createdFrom !== undefined) conditions.push(sql`dead_letters.created_at >= ${createdFrom}::timestamptz`);
  if (createdTo !== undefined) conditions.push(sql`dead_letters.created_at < ${createdTo}::timestamptz`);
  if (replayed !== undefined) conditions.push(replayed === 'no' ? notReplayed : sql`not ${notReplayed}`);
  if (ids !== undefined) conditions.push(sql`dead_letters.id = any(${[...ids]}::text[])`);
  return join(conditions, sql` and `);
}

/** All that a replay changes of it: what it is, stays. */
export async function markReplayed(
  tx: Tx,
  id: string,
  as: { readonly runId: string } | { readonly deliveryId: string },
): Promise<void> {
  await execute(
    tx,
    'runId' in as
      ? sql`update dead_letters set replayed_as = ${as.runId} where id = ${id}`
      : sql`update dead_letters set replayed_delivery_id = ${as.deliveryId} where id = ${id}`,
  );
}
