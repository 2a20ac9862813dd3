import type { Pool } from 'pg';
import type { FileLinks } from '../../crypto/file-links.js';
import { runIdOfResult } from '../../domain/runs/object-key.js';
import { Problem } from '../http/problems.js';
import type { RunResult } from '../../contracts/runs/run.js';
import { findResult } from '../../db/runs/runs.js';
import { contentDisposition } from '../../domain/reports/content-disposition.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { implement, type Route } from '../http/route.js';
import { reportRoutes } from '../../contracts/reports/routes.js';
import { serveContent } from './serve-content.js';

export interface FileRouteDeps {
  readonly pool: Pool;
  readonly fileLinks: FileLinks;
  readonly objects: ObjectStore;
}

export function createFileRoutes(deps: FileRouteDeps): Route[] {
  return [
    implement(reportRoutes.downloadFile, async (_call, ctx) => {
      const result = await linkedResult(deps, ctx.originalUrl);
      if (result === undefined) throw new Problem('link_invalid');
      await serveContent(ctx, deps.objects, { result, disposition: 'attachment' });
    }),
  ];
}

/** Undefined: the link is not ours, or it has expired. */
async function linkedResult({ pool, fileLinks }: FileRouteDeps, url: string): Promise<RunResult | undefined> {
  const link = fileLinks.parse(url);
  const runId = link && runIdOfResult(link.key);
  const result = runId === undefined ? undefined : await findResult(pool, runId);
  if (link === undefined || result?.key !== link.key) return undefined;
  return fileLinks.verify(link, contentDisposition('attachment', result.filename)) ? result : undefined;
}
