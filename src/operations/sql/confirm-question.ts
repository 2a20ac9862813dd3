import { Refusal } from '../../contracts/refusal.js';
import type { Tx } from '../../db/base/transaction.js';
import { dropQuestion, findQuestion } from '../../db/sql/questions.js';
import { submitSql, type SqlOrder, type SubmitDeps, type Submitted } from './submit.js';

export interface Yes extends Pick<SqlOrder, 'owner' | 'actor' | 'origin' | 'commandId'> {
  readonly questionId: string;
  readonly isRemembered: boolean;
}

export type AcceptedSubmission = Extract<Submitted, { kind: 'accepted' }>;

/** Runs a statement that waits in the inbox of its person. It is checked and estimated anew. */
export async function confirmStatement(
  deps: SubmitDeps,
  { questionId, isRemembered, ...order }: Yes,
): Promise<AcceptedSubmission> {
  const question = await findQuestion(deps.pool, order.owner.userId, questionId);
  if (question === undefined) throw new Refusal('not_found');
  const { sql, params, data_source, row_limit: rowLimit } = question;
  const body = {
    sql,
    params,
    data_source,
    row_limit: rowLimit ?? undefined,
    remember_confirmation: isRemembered,
  };
  // A confirmed statement is never asked about.
  return (await submitSql(deps, { ...order, body, confirms: questionId })) as AcceptedSubmission;
}

export async function dropStatement(tx: Tx, userId: string, questionId: string): Promise<void> {
  if (!(await dropQuestion(tx, userId, questionId))) throw new Refusal('not_found');
}
