import { changePageSchema, changesQuery } from './change.js';
import { eventRoute } from './event-routes.js';
import { jobIdSchema, jobListQuery, jobPageSchema, jobSchema } from './job.js';
import { z } from 'zod';
import { acceptedHeaders, rawRoute, readRoute, writeRoute } from '../route.js';
import {
  deadLetterListQuery,
  deadLetterPageSchema,
  deadLetterReplayedSchema,
  deadLetterSchema,
  replayManyBody,
  replayManySchema,
  replayOneBody,
  replayPreviewSchema,
} from './dead-letter.js';
import { idSchema } from '../ids.js';

const params = z.object({ id: jobIdSchema });
const deadLetterParams = z.object({ id: idSchema('deadLetter') });

export const runRoutes = {
  listChanges: rawRoute({
    method: 'GET',
    path: '/api/v1/events',
    operationId: 'listChanges',
    summary:
      'The events of all runs that you may see: a stream (SSE), or a page with Accept: application/json',
    tag: 'Events',
    access: 'user',
    query: changesQuery,
    responses: {
      200: {
        description: 'A stream of `id`, `event` and `data` without an end; or a page as JSON',
        body: changePageSchema,
        stream: true,
      },
    },
    problems: ['not_acceptable', 'rate_limited'],
  }),
  jobEvents: eventRoute({
    path: '/jobs/:id/events',
    operationId: 'jobEvents',
    tag: 'Jobs',
    id: jobIdSchema,
    missing: 'job not found',
  }),
  listJobs: readRoute({
    method: 'GET',
    path: '/jobs',
    operationId: 'listJobs',
    summary: 'Your jobs, newest first; those of everybody for an ADMIN',
    tag: 'Jobs',
    access: 'user',
    query: jobListQuery,
    responses: { 200: { description: 'One page', body: jobPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getJob: readRoute({
    method: 'GET',
    path: '/jobs/:id',
    operationId: 'getJob',
    summary: 'A job: 202 while it runs, 200 once it has ended, well or not',
    tag: 'Jobs',
    access: 'user',
    params,
    missing: 'job not found',
    responses: {
      200: { description: 'It has ended', body: jobSchema },
      202: {
        description: 'It runs',
        body: jobSchema,
        headers: { 'Retry-After': 'Seconds until it is worth asking again.' },
      },
    },
  }),
  getJobResult: rawRoute({
    method: 'GET',
    path: '/jobs/:id/result',
    operationId: 'getJobResult',
    summary: 'The result: directly when it is small, else by a link that is valid for 15 minutes',
    tag: 'Jobs',
    access: 'user',
    params,
    missing: 'job not found',
    responses: {
      200: { description: 'The content, in the type of the result', body: { contentType: '*/*' } },
      303: { description: 'Where to download it', headers: { Location: 'A signed link.' } },
    },
    problems: ['not_found', 'job_not_finished', 'job_failed', 'job_canceled', 'gone', 'storage_unavailable'],
  }),
  cancelJob: writeRoute({
    method: 'DELETE',
    path: '/jobs/:id',
    operationId: 'cancelJob',
    summary: 'Cancel a job. It is remembered, and happens even if Temporal does not answer now',
    tag: 'Jobs',
    access: 'user',
    params,
    missing: 'job not found',
    responses: { 202: { description: 'It will end', body: jobSchema, headers: acceptedHeaders('The job.') } },
    problems: ['already_finished'],
  }),

  listDeadLetters: readRoute({
    method: 'GET',
    path: '/api/v1/dead-letters',
    operationId: 'listDeadLetters',
    summary: 'Work that used up its retries, with its input and every error, newest first',
    tag: 'Dead letters',
    access: 'admin',
    query: deadLetterListQuery,
    responses: { 200: { description: 'One page', body: deadLetterPageSchema } },
    problems: ['invalid_cursor'],
  }),
  getDeadLetter: readRoute({
    method: 'GET',
    path: '/api/v1/dead-letters/:id',
    operationId: 'getDeadLetter',
    summary: 'A dead letter: its input, every failed try, and where to look further',
    tag: 'Dead letters',
    access: 'admin',
    params: deadLetterParams,
    responses: { 200: { description: 'The dead letter', body: deadLetterSchema } },
  }),
  replayDeadLetter: writeRoute({
    method: 'POST',
    path: '/api/v1/dead-letters/:id/replay',
    operationId: 'replayDeadLetter',
    summary: 'Do it again: a job as a new job for the same owner, a delivery under its message id',
    tag: 'Dead letters',
    access: 'admin',
    params: deadLetterParams,
    body: replayOneBody,
    bodyOptional: true,
    responses: {
      202: {
        description: 'A new job that names its origin, or a new delivery',
        body: deadLetterReplayedSchema,
        headers: acceptedHeaders('The job or the delivery.'),
      },
    },
    problems: ['conflict'],
  }),
  replayDeadLetters: writeRoute({
    method: 'POST',
    path: '/api/v1/dead-letters/replay',
    operationId: 'replayDeadLetters',
    summary: 'Do all of a selection again, each once; by default it only tells what it would do',
    tag: 'Dead letters',
    access: 'admin',
    body: replayManyBody,
    responses: {
      200: { description: 'What would be replayed', body: replayPreviewSchema },
      202: { description: 'What was replayed', body: replayManySchema },
    },
    problems: ['conflict'],
  }),
};
