import { newId } from '../contracts/ids.js';
import { toJsonb } from './jsonb.js';
import { keyset, type PageRequest } from './keyset.js';
import type { StepTry } from './run-checkpoints.js';
import { execute, many, maybeOne, sql, type Db, type Sql } from './sql.js';

export interface DeadLetter {
  readonly id: string;
  readonly runId: string;
  readonly kind: string;
  readonly title: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly errors: readonly StepTry[];
  readonly createdAt: string;
  /** The run that it was replayed as, the last one if more than once. */
  readonly replayedAs: string | null;
}

const columns: Sql = sql`dead_letters.id, dead_letters.run_id as "runId", dead_letters.kind, runs.title,
  dead_letters.input, dead_letters.errors, dead_letters.created_at as "createdAt",
  dead_letters.replayed_as as "replayedAs"`;

/** Once for a run, however often it is told. */
export async function insertDeadLetter(db: Db, runId: string, errors: readonly StepTry[]): Promise<void> {
  await execute(
    db,
    sql`insert into dead_letters (id, run_id, kind, input, errors)
        select ${newId('deadLetter')}, id, kind, input, ${toJsonb(errors)}::jsonb from runs where id = ${runId}
        on conflict (run_id) do nothing`,
  );
}

export function listDeadLetters(db: Db, page: PageRequest): Promise<DeadLetter[]> {
  const { where, orderBy } = keyset(page.position, {
    at: sql`dead_letters.created_at`,
    id: sql`dead_letters.id`,
  });
  return many<DeadLetter>(
    db,
    sql`select ${columns} from dead_letters join runs on runs.id = dead_letters.run_id
         where ${where} order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** With the row's lock, so that two replays are one after the other. */
export function lockDeadLetter(db: Db, id: string): Promise<DeadLetter | undefined> {
  return maybeOne<DeadLetter>(
    db,
    sql`select ${columns} from dead_letters join runs on runs.id = dead_letters.run_id
         where dead_letters.id = ${id} for update of dead_letters`,
  );
}

export async function markReplayed(db: Db, id: string, runId: string): Promise<void> {
  await execute(db, sql`update dead_letters set replayed_as = ${runId} where id = ${id}`);
}
