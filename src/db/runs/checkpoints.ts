import { toJsonb } from '../base/jsonb.js';
import { execute, many, maybeOne, one, sql, type Db } from '../base/sql.js';

export interface StepPlace {
  readonly runId: string;
  readonly stepKey: string;
}

/** `undefined`: the step was not finished before. */
export async function findCheckpoint<Output>(
  db: Db,
  place: StepPlace,
): Promise<{ output: Output } | undefined> {
  return maybeOne<{ output: Output }>(
    db,
    sql`select output from run_checkpoints where run_id = ${place.runId} and step_key = ${place.stepKey}`,
  );
}

export async function insertCheckpoint(db: Db, place: StepPlace, output: unknown): Promise<void> {
  await execute(
    db,
    sql`insert into run_checkpoints (run_id, step_key, output)
        values (${place.runId}, ${place.stepKey}, ${toJsonb(output) ?? 'null'})`,
  );
}

/** How many steps are done whose keys begin like this. */
export async function countSteps(db: Db, runId: string, keyStart: string): Promise<number> {
  const { done } = await one<{ done: number }>(
    db,
    sql`select count(*) as done from run_checkpoints
         where run_id = ${runId} and starts_with(step_key, ${keyStart})`,
  );
  return done;
}

export interface StepError {
  readonly type: string;
  readonly message: string;
}

/** Keeps why a try of a step failed, and counts such tries. A run that is no longer kept needs no such record. */
export async function recordStepError(
  db: Db,
  { runId, stepKey }: StepPlace,
  { attempt, error }: { readonly attempt: number; readonly error: StepError },
): Promise<number> {
  const { failures } = await one<{ failures: number }>(
    db,
    sql`with kept as (
          insert into run_step_errors (run_id, step_key, try, error)
          select id, ${stepKey}, ${attempt}::integer, ${toJsonb(error)}::jsonb from runs where id = ${runId}
          on conflict do nothing
          returning 1)
        select ((select count(*) from kept)
                + (select count(*) from run_step_errors where run_id = ${runId} and step_key = ${stepKey})
               )::integer as failures`,
  );
  return failures;
}

export interface StepTry extends StepError {
  readonly step: string;
  readonly try: number;
  readonly at: string;
}

export function listStepErrors(db: Db, runId: string): Promise<StepTry[]> {
  return many<StepTry>(
    db,
    sql`select step_key as step, try, error->>'type' as type, error->>'message' as message, at
          from run_step_errors where run_id = ${runId} order by at, step_key, try`,
  );
}
