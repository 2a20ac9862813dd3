import { z } from 'zod';
import { idSchema } from '../ids.js';
import { readRoute, writeRoute } from '../route.js';
import { inboxGateSchema } from './gate-inbox.js';
import { changesQuery, phaseChangesSchema, seenBody, seenOutputSchema } from './reading.js';

const phaseParams = z.object({
  id: idSchema('session'),
  n: z
    .string()
    .regex(/^[1-9]\d?$/, 'must be the number of a phase')
    .transform(Number),
});

/** Traces of readers: the person at a gate, and the last thing that each of them saw. */
export const readingRoutes = {
  reserveGate: writeRoute({
    method: 'POST',
    path: '/api/v1/gates/:id/reserve',
    operationId: 'reserveGate',
    summary: 'Say for two minutes that you read it; asked again, it goes on. It blocks nobody',
    tag: 'gates',
    access: 'user',
    params: z.object({ id: idSchema('gate') }),
    body: z.strictObject({}),
    bodyOptional: true,
    responses: {
      200: {
        description: 'The gate. Somebody else reads it already where reservedBy is not you.',
        body: inboxGateSchema,
      },
    },
    problems: ['not_found'],
  }),
  seePhase: writeRoute({
    method: 'PUT',
    path: '/api/v1/cot-sessions/:id/phases/:n/seen',
    operationId: 'seePhase',
    summary: 'Remember which output of a phase you looked at last',
    tag: 'sessions',
    access: 'user',
    params: phaseParams,
    body: seenBody,
    responses: { 200: { description: 'What is remembered', body: seenOutputSchema } },
    problems: ['not_found'],
  }),
  phaseChanges: readRoute({
    method: 'GET',
    path: '/api/v1/cot-sessions/:id/phases/:n/changes',
    operationId: 'phaseChanges',
    summary: 'What changed in the output of a phase since one that you saw',
    tag: 'sessions',
    access: 'user',
    params: phaseParams,
    query: changesQuery,
    responses: { 200: { description: 'The difference', body: phaseChangesSchema } },
    problems: ['not_found'],
  }),
};
