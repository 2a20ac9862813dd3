import { z } from 'zod';
import { idSchema } from '../ids.js';
import type { ProblemCode } from '../problem-code.js';
import { commandRoute, writeRoute } from '../route.js';
import {
  continueBody,
  proceedBody,
  progressSchema,
  reasonBody,
  redoBody,
  stepTriggerBody,
} from './session.js';

const params = z.object({ id: idSchema('session') });
const responses = { 200: { description: 'Accepted; the new progress.', body: progressSchema } } as const;

interface CommandSpec {
  readonly path: `/api/v1/cot-sessions/:id/${string}`;
  readonly operationId: string;
  readonly summary: string;
  readonly body: z.ZodType;
  readonly problems: readonly ProblemCode[];
}

/** A command to a running session: it answers once the workflow accepted or refused it. */
function sessionCommand<const Spec extends CommandSpec>(spec: Spec) {
  return commandRoute({
    ...spec,
    method: 'POST',
    tag: 'sessions',
    access: 'user',
    params,
    bodyOptional: true,
    responses,
    problems: ['already_finished', 'workflow_lost', 'workflow_unavailable', ...spec.problems],
  });
}

export const sessionCommandRoutes = {
  proceedNextPhase: sessionCommand({
    path: '/api/v1/cot-sessions/:id/proceed-next-phase',
    operationId: 'proceedNextPhase',
    summary: 'Approve the open gate',
    body: proceedBody,
    problems: ['not_waiting', 'stale_approval'],
  }),
  processStep: sessionCommand({
    path: '/api/v1/cot-sessions/:id/process-async',
    operationId: 'processStep',
    summary: 'Run (again) the step that is due',
    body: stepTriggerBody,
    problems: ['nothing_due'],
  }),
  continueSession: sessionCommand({
    path: '/api/v1/cot-sessions/:id/continue-async',
    operationId: 'continueSession',
    summary: 'Go on to the next step, or resume a session that needs attention',
    body: continueBody,
    problems: ['nothing_due', 'phase_gate'],
  }),
  redoSession: sessionCommand({
    path: '/api/v1/cot-sessions/:id/redo',
    operationId: 'redoSession',
    summary: 'Run this session again from a phase or step on',
    body: redoBody,
    problems: ['step_not_reached'],
  }),
  pauseSession: sessionCommand({
    path: '/api/v1/cot-sessions/:id/pause',
    operationId: 'pauseSession',
    summary: 'Start no new step',
    body: reasonBody,
    problems: [],
  }),
  resumeSession: sessionCommand({
    path: '/api/v1/cot-sessions/:id/resume',
    operationId: 'resumeSession',
    summary: 'Go on',
    body: reasonBody,
    problems: [],
  }),
  cancelSession: sessionCommand({
    path: '/api/v1/cot-sessions/:id/cancel',
    operationId: 'cancelSession',
    summary: 'End it for good',
    body: reasonBody,
    problems: [],
  }),
  reviveSession: writeRoute({
    method: 'POST',
    path: '/api/v1/cot-sessions/:id/revive',
    operationId: 'reviveSession',
    summary: 'Go on from the stored state in a new workflow, when Temporal no longer knows the old one',
    tag: 'sessions',
    access: 'admin',
    params,
    body: reasonBody,
    bodyOptional: true,
    responses: { 202: { description: 'It goes on', body: progressSchema } },
    problems: ['already_finished', 'workflow_unavailable', 'conflict'],
  }),
};
