import type { Pool } from 'pg';
import { Problem } from '../http/problems.js';
import type { ResultEngine } from '../../contracts/sql/ports.js';
import { contentDisposition } from '../../domain/reports/content-disposition.js';
import { downloadResult, downloadTypes } from '../../operations/sql/download.js';
import { readableResult } from '../../operations/sql/results.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { implement, type Route } from '../http/route.js';
import { sqlHistoryRoutes } from '../../contracts/sql/history-routes.js';

export interface SqlDownloadDeps {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly engine: ResultEngine;
}

export function createSqlDownloadRoute({ pool, objects, engine }: SqlDownloadDeps): Route {
  return implement(sqlHistoryRoutes.downloadSqlResult, async ({ params: { id }, query, principal }, ctx) => {
    if (principal === undefined) throw new Problem('unauthenticated');
    const { format, bom, escape_formulas: escapeFormulas } = query;
    const result = await readableResult(pool, principal, id);
    const body = await downloadResult(objects, engine, { result, format, bom, escapeFormulas });
    ctx.status = 200;
    ctx.set({
      'Content-Type': downloadTypes[format],
      'Content-Disposition': contentDisposition('attachment', `${id}.${format}`),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    ctx.body = body;
  });
}
