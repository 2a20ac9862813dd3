import { oneOf, orMissing, orNull, recordOf, textOf } from '../message-checks.js';
import { decisionLimits } from '../sessions/decision-message.js';

/** The problem of a decision about a run's gate; null without one. People have the CLI: anything may come. */
export const problemOfRunDecision = recordOf({
  gateId: textOf(1, decisionLimits.digest),
  decision: oneOf(['approve', 'reject']),
  via: oneOf(['api', 'console']),
  userId: textOf(1, 200),
  comment: orNull(textOf(0, decisionLimits.comment)),
  signature: orMissing(textOf(0, 200)),
});
