import type { Pool } from 'pg';
import { z } from 'zod';
import type { FileLinks } from '../../crypto/file-links.js';
import { runIdOfResult } from '../../domain/runs/object-key.js';
import { Problem } from '../../contracts/problems.js';
import type { RunResult } from '../../contracts/runs/run.js';
import { findResult } from '../../db/runs/runs.js';
import { contentDisposition } from '../../domain/reports/content-disposition.js';
import type { ObjectStore } from '../../platform/objects/object-store.js';
import { rawRoute, type AnyRoute } from '../http/route.js';
import { serveContent } from './serve-content.js';

export interface FileRouteDeps {
  readonly pool: Pool;
  readonly fileLinks: FileLinks;
  readonly objects: ObjectStore;
}

export function createFileRoutes(deps: FileRouteDeps): AnyRoute[] {
  return [
    rawRoute({
      method: 'GET',
      path: '/files/:key',
      operationId: 'downloadFile',
      summary: 'Download by a signed link; whole or a range of it',
      tag: 'Jobs',
      access: 'open',
      params: z.object({ key: z.string() }),
      // Loose: whatever is wrong with a link, the answer is the same.
      query: z.looseObject({ exp: z.string().optional(), sig: z.string().optional() }),
      responses: {
        200: { description: 'The content', body: { contentType: '*/*' } },
        206: { description: 'A range of it', body: { contentType: '*/*' } },
      },
      problems: ['link_invalid', 'gone', 'range_not_satisfiable', 'storage_unavailable'],
      async handle(_call, ctx) {
        const result = await linkedResult(deps, ctx.originalUrl);
        if (result === undefined) throw new Problem('link_invalid');
        await serveContent(ctx, deps.objects, { result, disposition: 'attachment' });
      },
    }),
  ];
}

/** Undefined: whoever made this link, it was not us, or it is past its time. */
async function linkedResult({ pool, fileLinks }: FileRouteDeps, url: string): Promise<RunResult | undefined> {
  const link = fileLinks.parse(url);
  const runId = link && runIdOfResult(link.key);
  const result = runId === undefined ? undefined : await findResult(pool, runId);
  if (link === undefined || result?.key !== link.key) return undefined;
  return fileLinks.verify(link, contentDisposition('attachment', result.filename)) ? result : undefined;
}
