import type { Pool } from 'pg';
import { z } from 'zod';
import { Problem } from '../../contracts/problems.js';
import { findResult } from '../../db/runs.js';
import type { FileLinks } from '../file-links.js';
import { rawRoute, type AnyRoute } from '../route.js';
import { serveContent } from '../serve-content.js';

export interface FileRouteDeps {
  readonly pool: Pool;
  readonly fileLinks: FileLinks;
}

export function createFileRoutes({ pool, fileLinks }: FileRouteDeps): AnyRoute[] {
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
      problems: ['link_invalid', 'gone', 'range_not_satisfiable'],
      async handle({ params: { key }, query }, ctx) {
        if (Object.keys(query).length !== 2 || !fileLinks.verify(key, query))
          throw new Problem('link_invalid');
        const result = await findResult(pool, key);
        if (result === undefined) throw new Problem('gone');
        await serveContent(ctx, pool, { result, disposition: 'attachment' });
      },
    }),
  ];
}
