import type { SessionActivities } from '../contracts/session-workflow.js';
import { keepDecisionTexts } from './keep-decision-texts.js';
import { projectSession } from './project-session.js';
import { runSessionStep, type SessionStepDeps } from './run-session-step.js';

/** The side effects of `cotSession`. */
export function createSessionActivities(deps: SessionStepDeps): SessionActivities {
  return {
    runSessionStep: (input) => runSessionStep(deps, input),
    projectSession: (input) => projectSession(deps.pool, input),
    keepDecisionTexts: (input) => keepDecisionTexts(deps.pool, input),
  };
}
