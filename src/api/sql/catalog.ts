import { isAllowed, RESULT_SOURCE, resultSource, type DataSource } from '../../contracts/sql/data-source.js';
import type { SourceConnector } from '../../contracts/sql/ports.js';
import type { SqlSettings } from '../../contracts/sql/settings.js';
import { sourceFor } from '../../operations/sql/check-statement.js';
import { readCatalog, readResultCatalog } from '../../operations/sql/read-catalog.js';
import { implement, reply, type Route } from '../http/route.js';
import { sqlHistoryRoutes } from '../../contracts/sql/history-routes.js';

export interface SqlCatalogDeps {
  readonly connector: SourceConnector;
  readonly sql: SqlSettings;
}

export function createSqlCatalogRoutes(deps: SqlCatalogDeps): Route[] {
  return [sourcesRoute(deps), schemaRoute(deps)];
}

function sourcesRoute({ sql }: SqlCatalogDeps): Route {
  return implement(sqlHistoryRoutes.listDataSources, ({ principal }) => {
    const own = [...sql.sources.values()].filter((source) => isAllowed(source, principal.role));
    return Promise.resolve(
      reply(200, { data_sources: [...own.map((source) => sourceView(source, sql)), resultsView(sql)] }),
    );
  });
}

/** It is always there: one's own results, in the common part of both dialects. */
function resultsView(sql: SqlSettings) {
  return { ...sourceView(resultSource, sql), engine: 'duckdb' };
}

function sourceView({ name, title, engine, limits }: DataSource, sql: SqlSettings) {
  return {
    name,
    title: title ?? name,
    engine,
    dialect: 'PostgreSQL',
    limits: {
      statement_timeout_ms: limits.statementTimeoutMs ?? sql.statementTimeoutMs,
      rows: Math.min(limits.rows ?? Infinity, sql.ceiling.rows),
      bytes: Math.min(limits.bytes ?? Infinity, sql.ceiling.bytes),
      confirm_rows: sql.confirm.rows,
    },
  };
}

function schemaRoute({ connector, sql }: SqlCatalogDeps): Route {
  return implement(sqlHistoryRoutes.getSqlSchema, async ({ query: { data_source }, principal }, db) => {
    if (data_source === RESULT_SOURCE) {
      return reply(200, { data_source, tables: await readResultCatalog(db, principal.userId) });
    }
    const source = sourceFor(sql, data_source, principal.role);
    return reply(200, { data_source, tables: await readCatalog(connector, source) });
  });
}
