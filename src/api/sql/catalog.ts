import { z } from 'zod';
import { dataSourceListSchema, sqlSchemaSchema } from '../../contracts/sql/catalog.js';
import { isAllowed, type DataSource } from '../../contracts/sql/data-source.js';
import type { SourceConnector } from '../../contracts/sql/ports.js';
import { dataSourceName } from '../../contracts/sql/request.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import { sourceFor } from '../../operations/sql/check-statement.js';
import { readCatalog } from '../../operations/sql/read-catalog.js';
import { readRoute, reply, type AnyRoute } from '../http/route.js';
import { sqlBase } from './views.js';

export interface SqlCatalogDeps {
  readonly connector: SourceConnector;
  readonly sql: SqlSettings;
}

export function createSqlCatalogRoutes(deps: SqlCatalogDeps): AnyRoute[] {
  return [sourcesRoute(deps), schemaRoute(deps)];
}

function sourcesRoute({ sql }: SqlCatalogDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${sqlBase}/data-sources`,
    operationId: 'listDataSources',
    summary: 'What you may ask',
    tag: 'SQL',
    access: 'user',
    responses: { 200: { description: 'The data sources', body: dataSourceListSchema } },
    handle({ principal }) {
      const own = [...sql.sources.values()].filter((source) => isAllowed(source, principal.role));
      return Promise.resolve(reply(200, { data_sources: own.map((source) => sourceView(source, sql)) }));
    },
  });
}

function sourceView({ name, title, engine, limits }: DataSource, sql: SqlSettings) {
  return {
    ...{ name, title: title ?? name, engine, dialect: 'PostgreSQL' },
    limits: {
      statement_timeout_ms: limits.statementTimeoutMs ?? sql.statementTimeoutMs,
      rows: Math.min(limits.rows ?? Infinity, sql.ceiling.rows),
      bytes: Math.min(limits.bytes ?? Infinity, sql.ceiling.bytes),
      confirm_rows: sql.confirm.rows,
    },
  };
}

function schemaRoute({ connector, sql }: SqlCatalogDeps): AnyRoute {
  return readRoute({
    method: 'GET',
    path: `${sqlBase}/schema`,
    operationId: 'getSqlSchema',
    summary: 'The tables of a data source, with their columns',
    tag: 'SQL',
    access: 'user',
    query: z.strictObject({ data_source: dataSourceName.default('demo') }),
    responses: { 200: { description: 'What can be queried', body: sqlSchemaSchema } },
    problems: ['unknown_data_source', 'data_source_unavailable'],
    async handle({ query: { data_source }, principal }) {
      const source = sourceFor(sql, data_source, principal.role);
      return reply(200, { data_source, tables: await readCatalog(connector, source) });
    },
  });
}
