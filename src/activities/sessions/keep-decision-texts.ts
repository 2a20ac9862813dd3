import { ApplicationFailure } from '@temporalio/activity';
import type { Pool } from 'pg';
import { failureTypes } from '../../contracts/errors.js';
import type { KeepDecisionInput, KeptTexts } from '../../contracts/sessions/workflow.js';
import { problemsOfEdit } from '../../db/sessions/gate-edits.js';
import { keepGiven } from '../../db/sessions/given-content.js';
import { findTemplateOf } from '../../db/sessions/sessions.js';
import { withTransaction, type Tx } from '../../db/base/transaction.js';

/**
 * Stores what came with a decision from the Temporal side, as the routes store what comes with theirs. A second run
 * stores the same content under the same hash.
 */
export async function keepDecisionTexts(pool: Pool, input: KeepDecisionInput): Promise<KeptTexts> {
  const { sessionId, edits, notes, instructions } = input;
  return withTransaction(pool, async (tx) => {
    await refuseMisfit(tx, input);
    return {
      output: await keepGiven(tx, sessionId, edits),
      notes: await keepGiven(tx, sessionId, notes),
      instructions: await keepGiven(tx, sessionId, instructions),
    };
  });
}

async function refuseMisfit(tx: Tx, { sessionId, phase, edits }: KeepDecisionInput): Promise<void> {
  const template = await findTemplateOf(tx, sessionId);
  if (template === undefined)
    throw ApplicationFailure.nonRetryable('the session is no longer kept', failureTypes.recordGone);
  if (edits === undefined) return;
  const problems = await problemsOfEdit(tx, { ...template, phase }, edits);
  if (problems.length === 0) return;
  const named = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw ApplicationFailure.nonRetryable(
    `the edit does not fit the output schema of this phase: ${named}`,
    failureTypes.invalidInput,
  );
}
