import type { SessionActivities } from '../../contracts/sessions/workflow.js';
import { keepDecisionTexts } from './keep-decision-texts.js';
import { projectSession, type ProjectSessionDeps } from './project.js';
import { recallSteps } from './recall-steps.js';

/** The side effects of `cotSession` beside its steps. */
export function createSessionActivities(deps: ProjectSessionDeps): Omit<SessionActivities, 'runSessionStep'> {
  return {
    recallSteps: (input) => recallSteps(deps.pool, input),
    projectSession: (input) => projectSession(deps, input),
    keepDecisionTexts: (input) => keepDecisionTexts(deps.pool, input),
  };
}
