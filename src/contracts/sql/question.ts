import { z } from 'zod';
import { idSchema } from '../ids.js';
import { pageOf, pageQuery } from '../page.js';
import { commandRoute, acceptedHeaders, readRoute, writeRoute } from '../route.js';
import { statementRefusals } from '../refusal.js';
import { sqlParameterSchema } from './request.js';
import { sqlAcceptedSchema, sqlEstimateSchema } from './session.js';

export const sqlQuestionSchema = z
  .object({
    id: idSchema('sqlQuestion'),
    sql: z.string(),
    params: z.array(sqlParameterSchema),
    data_source: z.string(),
    row_limit: z.number().int().nullable(),
    estimate: sqlEstimateSchema,
    asked_at: z.string(),
    expires_at: z.string().meta({ description: 'Until then it can be confirmed.' }),
  })
  .meta({ id: 'SqlQuestion', description: 'A large statement that waits for its person to confirm it.' });
export type SqlQuestion = z.infer<typeof sqlQuestionSchema>;

const params = z.object({ id: idSchema('sqlQuestion') });
const confirmBody = z
  .strictObject({
    remember_confirmation: z
      .boolean()
      .optional()
      .meta({ description: 'Do not ask again today for statements like this one.' }),
  })
  .meta({ id: 'ConfirmSql' });

export const sqlQuestionRoutes = {
  listSqlConfirmations: readRoute({
    method: 'GET',
    path: '/api/v1/sql/confirmations',
    operationId: 'listSqlConfirmations',
    summary: 'Your large statements that wait to be confirmed, newest first',
    tag: 'SQL',
    access: 'user',
    query: z.strictObject(pageQuery),
    responses: {
      200: { description: 'One page', body: pageOf(sqlQuestionSchema).meta({ id: 'SqlQuestionPage' }) },
    },
    problems: ['invalid_cursor'],
  }),
  confirmSql: commandRoute({
    method: 'POST',
    path: '/api/v1/sql/confirmations/:id/run',
    operationId: 'confirmSql',
    summary: 'Run a statement of yours that waits to be confirmed',
    tag: 'SQL',
    access: 'user',
    params,
    body: confirmBody,
    bodyOptional: true,
    responses: {
      202: { description: 'It will run', body: sqlAcceptedSchema, headers: acceptedHeaders('Its status.') },
    },
    problems: ['not_found', ...statementRefusals, 'sql_queue_full', 'data_source_unavailable'],
  }),
  dropSqlConfirmation: writeRoute({
    method: 'DELETE',
    path: '/api/v1/sql/confirmations/:id',
    operationId: 'dropSqlConfirmation',
    summary: 'Say no: the statement waits no longer, and its tokens are good no longer',
    tag: 'SQL',
    access: 'user',
    params,
    responses: { 204: { description: 'Dropped' } },
    problems: ['not_found'],
  }),
};
