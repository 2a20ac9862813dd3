import type { Pool } from 'pg';
import type { Retried } from '../../contracts/runs/failure.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import type { Db } from '../../db/base/sql.js';
import { withTransaction } from '../../db/base/transaction.js';
import type { FailureRow } from '../../db/runs/failures.js';
import { commandSession, type SessionCommandClient } from '../sessions/command-session.js';
import { deciderOf } from '../sessions/decider.js';
import { ownedSession } from '../sessions/owned-session.js';
import { inBoundedTime } from './in-bounded-time.js';
import { replayDeadLetter } from './replay-dead-letters.js';
import type { RunStarter } from './run-starter.js';

export interface RetryFailuresDeps extends SessionCommandClient {
  readonly pool: Pool;
  readonly starter: RunStarter;
}

export interface RetryAsked {
  readonly db: Db;
  readonly principal: Principal;
  readonly origin: Origin;
  readonly commandId: string;
}

/** Each failure's step runs again, or its dead letter is replayed. A refused one stops no other. */
export function retryFailures(
  deps: RetryFailuresDeps,
  failures: readonly FailureRow[],
  asked: RetryAsked,
): Promise<Retried[]> {
  return inBoundedTime(
    failures,
    (failure) => retry(deps, failure, asked),
    ({ id }, code): Retried => ({ id, status: 'refused', code }),
  );
}

async function retry(deps: RetryFailuresDeps, { id, kind }: FailureRow, asked: RetryAsked): Promise<Retried> {
  if (kind !== 'step') return { id, status: 'retried', retriedAs: await replay(deps, id, asked) };
  await runStep(deps, id, asked);
  return { id, status: 'retried' };
}

async function runStep(deps: RetryFailuresDeps, id: string, asked: RetryAsked): Promise<void> {
  const { db, principal, origin, commandId } = asked;
  const session = await ownedSession(db, id, principal);
  const by = deciderOf(principal, origin);
  const command = { kind: 'run_due_step', by, model: null, instructions: null } as const;
  await commandSession(deps, db, { session, command, commandId: `${commandId}:${id}`, viewer: principal });
}

async function replay({ pool, starter }: RetryFailuresDeps, id: string, asked: RetryAsked): Promise<string> {
  const { principal: actor, origin } = asked;
  const replayed = await withTransaction(pool, (tx) =>
    replayDeadLetter(tx, starter, { id, again: false, actor, origin }),
  );
  return 'jobId' in replayed ? replayed.jobId : replayed.deliveryId;
}
