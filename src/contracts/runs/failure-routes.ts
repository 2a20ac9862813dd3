import { commandRoute, readRoute } from '../route.js';
import {
  failureListQuery,
  failureListSchema,
  failureParams,
  retriedSchema,
  retryFailuresBody,
} from './failure.js';

export const failureRoutes = {
  listFailures: readRoute({
    method: 'GET',
    path: '/api/v1/failures',
    operationId: 'listFailures',
    summary: 'Failed steps, jobs and deliveries that stand, grouped by what went wrong',
    tag: 'failures',
    access: 'user',
    query: failureListQuery,
    responses: { 200: { description: 'The groups', body: failureListSchema } },
  }),
  retryFailures: commandRoute({
    method: 'POST',
    path: '/api/v1/failures/:fingerprint/retry',
    operationId: 'retryFailures',
    summary: 'Do again what failed in one way; with dryRun it tells what would be done',
    tag: 'failures',
    access: 'user',
    params: failureParams,
    body: retryFailuresBody,
    bodyOptional: true,
    responses: { 200: { description: 'What became of each', body: retriedSchema } },
    problems: ['not_found'],
  }),
};
