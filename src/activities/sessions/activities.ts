import type { SessionActivities } from '../../contracts/sessions/workflow.js';
import { keepDecisionTexts } from './keep-decision-texts.js';
import { projectSession, type ProjectSessionDeps } from './project.js';
import { recallSteps } from './recall-steps.js';
import { runSessionStep } from './run-step.js';
import type { SessionStepDeps } from './step-try.js';

/** The side effects of `cotSession`. */
export function createSessionActivities(deps: SessionStepDeps & ProjectSessionDeps): SessionActivities {
  return {
    runSessionStep: (input) => runSessionStep(deps, input),
    recallSteps: (input) => recallSteps(deps.pool, input),
    projectSession: (input) => projectSession(deps, input),
    keepDecisionTexts: (input) => keepDecisionTexts(deps.pool, input),
  };
}
