import type { SessionActivities } from '../../contracts/sessions/workflow.js';
import { keepDecisionTexts } from './keep-decision-texts.js';
import { projectSession, type ProjectSessionDeps } from './project.js';
import { runSessionStep, type SessionStepDeps } from './run-step.js';

/** The side effects of `cotSession`. */
export function createSessionActivities(deps: SessionStepDeps & ProjectSessionDeps): SessionActivities {
  return {
    runSessionStep: (input) => runSessionStep(deps, input),
    projectSession: (input) => projectSession(deps, input),
    keepDecisionTexts: (input) => keepDecisionTexts(deps.pool, input),
  };
}
