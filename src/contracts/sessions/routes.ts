import { jobDecisionSchema } from '../notifications/job-decision.js';
import { bulkDecideBody, createSessionBody, decideBody, progressSchema, redoBody } from './session.js';
import { acceptedSessionSchema, bulkApprovalSchema, rerunPreviewSchema } from './answers.js';
import { z } from 'zod';
import { idSchema } from '../ids.js';
import { acceptedHeaders, commandRoute, readRoute, writeRoute } from '../route.js';
import { eventRoute } from '../runs/event-routes.js';
import { sessionDetailSchema, sessionListQuery, sessionPageSchema } from './views.js';
import {
  compareQuery,
  comparisonSchema,
  sessionBundleSchema,
  stepDetailSchema,
  stepListQuery,
  stepPageSchema,
  usageSchema,
} from './ledger.js';
import { metricsQuery, sessionMetricsSchema } from './metrics.js';

const sessionParams = z.object({ id: idSchema('session') });
const accepted = {
  202: {
    description: 'Accepted; it starts when Temporal is there.',
    body: acceptedSessionSchema,
    headers: acceptedHeaders('The session.'),
  },
};

export const sessionRoutes = {
  sessionEvents: eventRoute({
    path: '/api/v1/cot-sessions/:id/events',
    operationId: 'sessionEvents',
    tag: 'sessions',
    id: idSchema('session'),
  }),
  createSession: writeRoute({
    method: 'POST',
    path: '/api/v1/cot-sessions',
    operationId: 'createSession',
    summary: 'Start a session',
    tag: 'sessions',
    access: 'user',
    body: createSessionBody,
    responses: accepted,
  }),
  forkSession: writeRoute({
    method: 'POST',
    path: '/api/v1/cot-sessions/:id/fork',
    operationId: 'forkSession',
    summary: 'Start a new session from any phase or step of this one',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    body: redoBody,
    responses: {
      200: { description: 'With dryRun: what would be reused and run.', body: rerunPreviewSchema },
      202: accepted[202],
    },
    problems: ['step_not_reached'],
  }),

  listSessions: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions',
    operationId: 'listSessions',
    summary: 'Sessions, newest first',
    tag: 'sessions',
    access: 'user',
    query: sessionListQuery,
    responses: { 200: { description: 'One page', body: sessionPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getSession: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id',
    operationId: 'getSession',
    summary: 'Everything about one session',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    responses: { 200: { description: 'The session', body: sessionDetailSchema } },
    problems: ['not_found'],
  }),
  getSessionProgress: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/progress',
    operationId: 'getSessionProgress',
    summary: 'Where a session stands, what it waits for, and how long it may still take',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    responses: { 200: { description: 'The progress', body: progressSchema } },
    problems: ['not_found'],
  }),

  listSessionSteps: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/steps',
    operationId: 'listSessionSteps',
    summary: 'The ledger: every run of every step, oldest first, with its tries',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    query: stepListQuery,
    responses: { 200: { description: 'One page', body: stepPageSchema } },
    problems: ['not_found', 'invalid_cursor'],
  }),
  getSessionStep: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/steps/:stepId',
    operationId: 'getSessionStep',
    summary: 'One run of a step, with all that the model was sent and all that came back',
    tag: 'sessions',
    access: 'user',
    params: z.object({ id: idSchema('session'), stepId: idSchema('step') }),
    responses: { 200: { description: 'The step', body: stepDetailSchema } },
    problems: ['not_found'],
  }),
  getSessionUsage: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/usage',
    operationId: 'getSessionUsage',
    summary: 'Tokens and cost by phase and step, and the budget',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    responses: { 200: { description: 'What was used', body: usageSchema } },
    problems: ['not_found'],
  }),
  exportSession: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/export',
    operationId: 'exportSession',
    summary: 'One file with everything there is about a session',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    responses: {
      200: {
        description: 'The bundle',
        body: sessionBundleSchema,
        headers: { 'Content-Disposition': 'attachment, with a file name.' },
      },
    },
    problems: ['not_found'],
  }),
  compareSessions: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/compare',
    operationId: 'compareSessions',
    summary: 'A session beside another one, or beside an earlier attempt of its own, phase by phase',
    tag: 'sessions',
    access: 'user',
    params: sessionParams,
    query: compareQuery,
    responses: { 200: { description: 'What is equal and what changed', body: comparisonSchema } },
    problems: ['not_found'],
  }),

  getSessionMetrics: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/metrics',
    operationId: 'getSessionMetrics',
    summary:
      'Durations, errors and retries by template, phase and step; waiting for people apart from working',
    tag: 'sessions',
    access: 'user',
    query: metricsQuery,
    responses: { 200: { description: 'The metrics', body: sessionMetricsSchema } },
  }),

  decideGate: commandRoute({
    method: 'POST',
    path: '/api/v1/gates/:id/decide',
    operationId: 'decideGate',
    summary: 'Approve, edit, redo or reject what waits at a gate',
    tag: 'gates',
    access: 'user',
    params: z.object({ id: idSchema('gate') }),
    body: decideBody,
    responses: {
      200: {
        description: 'Accepted: the new progress of the session, or what was decided about a job.',
        body: z.union([progressSchema, jobDecisionSchema]),
      },
    },
    problems: ['not_waiting', 'stale_approval', 'already_finished', 'workflow_lost', 'workflow_unavailable'],
  }),
  bulkApproveGates: commandRoute({
    method: 'POST',
    path: '/api/v1/gates/bulk-approve',
    operationId: 'bulkApproveGates',
    summary: 'Approve one phase of many sessions; with dryRun a preview',
    tag: 'gates',
    access: 'user',
    body: bulkDecideBody,
    responses: {
      200: { description: 'The preview, or what became of each gate.', body: bulkApprovalSchema },
    },
  }),
};
