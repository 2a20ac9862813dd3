import { statementRefusals } from '../refusal.js';
import { executeSqlBody, sqlResultsQuery, sqlSessionId } from './request.js';
import {
  sqlAcceptedSchema,
  sqlCompletedSchema,
  sqlConfirmationSchema,
  sqlEndedSchema,
  sqlResultsSchema,
  sqlStatusSchema,
} from './session.js';
import { acceptedHeaders, commandRoute, readRoute, writeRoute } from '../route.js';
import { z } from 'zod';

const problems = [...statementRefusals, 'sql_queue_full', 'data_source_unavailable'] as const;
const headers = acceptedHeaders('Its status.');
const params = z.object({ id: sqlSessionId });

export const sqlRoutes = {
  executeSql: commandRoute({
    method: 'POST',
    path: '/api/v1/sql/cache/execute',
    operationId: 'executeSql',
    summary: 'Run a statement and wait for its first rows; what takes longer goes on, and the answer says so',
    tag: 'SQL',
    access: 'user',
    body: executeSqlBody,
    responses: {
      200: {
        description: 'Its first 1,000 rows; or how it ended without any; or that it has to be confirmed',
        body: sqlCompletedSchema.or(sqlEndedSchema).or(sqlConfirmationSchema),
      },
      202: { description: 'It goes on: ask for its status', body: sqlAcceptedSchema, headers },
    },
    problems,
  }),
  executeSqlAsync: commandRoute({
    method: 'POST',
    path: '/api/v1/sql/cache/execute-async',
    operationId: 'executeSqlAsync',
    summary: 'Take a statement and answer at once',
    tag: 'SQL',
    access: 'user',
    body: executeSqlBody,
    responses: {
      200: { description: 'It has to be confirmed first: nothing runs', body: sqlConfirmationSchema },
      202: { description: 'It will run', body: sqlAcceptedSchema, headers },
    },
    problems,
  }),

  getSqlStatus: readRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/status/:id',
    operationId: 'getSqlStatus',
    summary: 'How a statement is getting on, and what the percentage rests on',
    tag: 'SQL',
    access: 'user',
    params,
    responses: { 200: { description: 'Its status, ended or not', body: sqlStatusSchema } },
  }),
  getSqlResults: readRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/results/:id',
    operationId: 'getSqlResults',
    summary: 'Rows of a stored result from an offset on',
    tag: 'SQL',
    access: 'user',
    params,
    query: sqlResultsQuery,
    responses: { 200: { description: 'A window of rows', body: sqlResultsSchema } },
    problems: ['job_not_finished', 'job_failed', 'job_canceled', 'gone', 'storage_unavailable'],
  }),
  cancelSql: writeRoute({
    method: 'POST',
    path: '/api/v1/sql/cache/cancel/:id',
    operationId: 'cancelSql',
    summary: 'Cancel a statement: it is gone from the database within a second',
    tag: 'SQL',
    access: 'user',
    params,
    responses: {
      202: {
        description: 'It will end',
        body: sqlStatusSchema,
        headers: acceptedHeaders('Its status.'),
      },
    },
    problems: ['already_finished'],
  }),
};
