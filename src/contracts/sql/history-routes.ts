import { z } from 'zod';
import { idSchema } from '../ids.js';
import { rawRoute, readRoute, writeRoute } from '../route.js';
import { dataSourceListSchema, sqlSchemaSchema } from './catalog.js';
import { downloadFormats } from './download.js';
import { sqlExecutionPage, sqlLogFilterQuery, sqlLogQuery, sqlSessionPage, sqlSessionsQuery } from './log.js';
import { dataSourceName, sqlSessionId } from './request.js';
import {
  newSavedQuerySchema,
  savedQueryChange,
  savedQueryListQuery,
  savedQueryPage,
  savedQuerySchema,
} from './saved-query.js';

const savedParams = z.object({ id: idSchema('savedQuery') });
const sessionParams = z.object({ id: sqlSessionId });
const flag = z.enum(['true', 'false']).transform((given) => given === 'true');

export const sqlHistoryRoutes = {
  listSqlSessions: readRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/sessions',
    operationId: 'listSqlSessions',
    summary: 'What you asked, newest first',
    tag: 'SQL',
    access: 'user',
    query: sqlSessionsQuery,
    responses: { 200: { description: 'One page', body: sqlSessionPage } },
    problems: ['invalid_cursor'],
  }),
  listSqlExecutions: readRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/log',
    operationId: 'listSqlExecutions',
    summary: 'Who asked what and what came of it, newest first',
    tag: 'SQL',
    access: 'admin',
    query: sqlLogQuery,
    responses: { 200: { description: 'One page', body: sqlExecutionPage } },
    problems: ['invalid_cursor'],
  }),
  downloadSqlExecutions: rawRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/log.csv',
    operationId: 'downloadSqlExecutions',
    summary: 'The same as CSV, oldest first and without an end',
    tag: 'SQL',
    access: 'admin',
    query: sqlLogFilterQuery,
    responses: { 200: { description: 'The entries', body: { contentType: 'text/csv' } } },
  }),
  listDataSources: readRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/data-sources',
    operationId: 'listDataSources',
    summary: 'What you may ask',
    tag: 'SQL',
    access: 'user',
    responses: { 200: { description: 'The data sources', body: dataSourceListSchema } },
  }),
  getSqlSchema: readRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/schema',
    operationId: 'getSqlSchema',
    summary: 'The tables of a data source, with their columns',
    tag: 'SQL',
    access: 'user',
    query: z.strictObject({ data_source: dataSourceName.default('demo') }),
    responses: { 200: { description: 'What can be queried', body: sqlSchemaSchema } },
    problems: ['unknown_data_source', 'data_source_unavailable'],
  }),
  listSavedQueries: readRoute({
    method: 'GET',
    path: '/api/v1/sql/saved-queries',
    operationId: 'listSavedQueries',
    summary: 'Your saved queries and those that others share, newest first',
    tag: 'SQL',
    access: 'user',
    query: savedQueryListQuery,
    responses: { 200: { description: 'One page', body: savedQueryPage } },
    problems: ['invalid_cursor'],
  }),
  createSavedQuery: writeRoute({
    method: 'POST',
    path: '/api/v1/sql/saved-queries',
    operationId: 'createSavedQuery',
    summary: 'Save a query under a name',
    tag: 'SQL',
    access: 'user',
    body: newSavedQuerySchema,
    responses: {
      201: { description: 'The query', body: savedQuerySchema, headers: { Location: 'Its address.' } },
    },
    problems: ['already_exists'],
  }),
  getSavedQuery: readRoute({
    method: 'GET',
    path: '/api/v1/sql/saved-queries/:id',
    operationId: 'getSavedQuery',
    summary: 'A saved query of yours, or a shared one',
    tag: 'SQL',
    access: 'user',
    params: savedParams,
    responses: { 200: { description: 'The query', body: savedQuerySchema } },
    problems: ['not_found'],
  }),
  changeSavedQuery: writeRoute({
    method: 'PATCH',
    path: '/api/v1/sql/saved-queries/:id',
    operationId: 'changeSavedQuery',
    summary: 'Change a saved query of yours',
    tag: 'SQL',
    access: 'user',
    params: savedParams,
    body: savedQueryChange,
    responses: { 200: { description: 'The query as it is now', body: savedQuerySchema } },
    problems: ['not_found', 'already_exists'],
  }),
  removeSavedQuery: writeRoute({
    method: 'DELETE',
    path: '/api/v1/sql/saved-queries/:id',
    operationId: 'removeSavedQuery',
    summary: 'Remove a saved query of yours',
    tag: 'SQL',
    access: 'user',
    params: savedParams,
    responses: { 204: { description: 'Removed' } },
    problems: ['not_found'],
  }),
  downloadSqlResult: rawRoute({
    method: 'GET',
    path: '/api/v1/sql/cache/download/:id',
    operationId: 'downloadSqlResult',
    summary: 'The whole stored result as a file; the statement is not run again',
    tag: 'SQL',
    access: 'user',
    params: sessionParams,
    query: z.strictObject({
      format: z.enum(downloadFormats).default('csv'),
      bom: flag.default(false).meta({ description: 'CSV: begin with a byte order mark.' }),
      escape_formulas: flag
        .default(true)
        .meta({ description: 'CSV: text that a spreadsheet would run is quoted.' }),
    }),
    responses: { 200: { description: 'The file', body: { contentType: '*/*' } } },
    problems: [
      'not_found',
      'job_not_finished',
      'job_failed',
      'job_canceled',
      'gone',
      'sql_too_large',
      'storage_unavailable',
    ],
  }),
};
