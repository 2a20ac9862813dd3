import type { RunStarter } from '../../operations/runs/run-starter.js';
import type { Pager } from '../http/pagination.js';
import type { Route } from '../http/route.js';
import { createSqlCatalogRoutes, type SqlCatalogDeps } from './catalog.js';
import { createSqlDownloadRoute, type SqlDownloadDeps } from './download.js';
import { createSqlExecuteRoutes, type SqlExecuteDeps } from './execute.js';
import { createSqlHistoryRoutes } from './history.js';
import { createSqlQuestionRoutes } from './questions.js';
import { createSqlReadRoutes, type SqlReadDeps } from './reads.js';
import { createSavedQueryRoutes } from './saved-queries.js';

export type SqlRouteDeps = Omit<SqlExecuteDeps, 'startAfterCommit'> &
  SqlReadDeps &
  SqlCatalogDeps &
  SqlDownloadDeps & { readonly starter: RunStarter; readonly pager: Pager };

export function createSqlRoutes(deps: SqlRouteDeps): Route[] {
  const { startAfterCommit } = deps.starter;
  return [
    ...createSqlExecuteRoutes({ ...deps, startAfterCommit }),
    ...createSqlReadRoutes(deps),
    createSqlDownloadRoute(deps),
    ...createSqlHistoryRoutes(deps),
    ...createSqlCatalogRoutes(deps),
    ...createSavedQueryRoutes(deps),
    ...createSqlQuestionRoutes({ ...deps, startAfterCommit }),
  ];
}
