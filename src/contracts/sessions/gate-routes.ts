import { gateListQuery, inboxGateSchema, inboxPageSchema } from './gate-inbox.js';
import { z } from 'zod';
import { idSchema } from '../ids.js';
import { readRoute } from '../route.js';

export const gateRoutes = {
  listGates: readRoute({
    method: 'GET',
    path: '/api/v1/gates',
    operationId: 'listGates',
    summary: 'Gates over all sessions, newest first; those that wait unless another status is asked for',
    tag: 'gates',
    access: 'user',
    query: gateListQuery,
    responses: { 200: { description: 'One page', body: inboxPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getGate: readRoute({
    method: 'GET',
    path: '/api/v1/gates/:id',
    operationId: 'getGate',
    summary: 'One gate: what it asks, and how it was decided',
    tag: 'gates',
    access: 'user',
    params: z.object({ id: idSchema('gate') }),
    responses: { 200: { description: 'The gate', body: inboxGateSchema } },
    problems: ['not_found'],
  }),
};
