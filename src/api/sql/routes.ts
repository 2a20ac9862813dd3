import type { RunStarter } from '../runs/start.js';
import type { Route } from '../http/route.js';
import { createSqlExecuteRoutes, type SqlExecuteDeps } from './execute.js';
import { createSqlReadRoutes, type SqlReadDeps } from './reads.js';

export type SqlRouteDeps = Omit<SqlExecuteDeps, 'startAfterCommit'> &
  SqlReadDeps & { readonly starter: RunStarter };

export function createSqlRoutes(deps: SqlRouteDeps): Route[] {
  const { startAfterCommit } = deps.starter;
  return [...createSqlExecuteRoutes({ ...deps, startAfterCommit }), ...createSqlReadRoutes(deps)];
}
