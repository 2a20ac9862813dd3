import type { IncomingMessage } from 'node:http';
import type { Pool } from 'pg';
import type { importRoute } from '../../contracts/notifications/record-routes.js';
import { Problem } from '../http/problems.js';
import { withTransaction } from '../../db/base/transaction.js';
import { importRecords, type ImportKind } from '../../operations/notifications/import-records.js';
import { readLines, type LineFormat } from '../../operations/notifications/read-lines.js';
import { implement, type Route } from '../http/route.js';

/** A file of a million lines; what is beyond comes in parts. */
const MOST_BYTES = 256 * 1024 * 1024;

const formats: Readonly<Record<string, LineFormat>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
};

/** Reads its own stream: a file is never whole in memory. The same file again changes nothing, so it needs no key. */
export function implementImport<Line, Row>(
  record: ReturnType<typeof importRoute>,
  { pool }: { readonly pool: Pool },
  kind: ImportKind<Line, Row>,
): Route {
  return implement(record, async ({ principal, origin }, ctx) => {
    if (principal === undefined) throw new Problem('unauthenticated');
    const lines = readLines(limited(ctx.req), formatOf(ctx.req));
    ctx.body = await withTransaction(pool, (tx) =>
      importRecords(tx, kind, { lines, by: { principal, origin } }),
    );
  });
}

function formatOf(request: IncomingMessage): LineFormat {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const format = formats[type];
  if (format !== undefined) return format;
  throw new Problem('unsupported_media_type', {
    detail: 'An import is text/csv or application/x-ndjson.',
    headers: { Accept: 'text/csv, application/x-ndjson' },
  });
}

async function* limited(request: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      throw new Problem('payload_too_large', {
        detail: `The limit is ${MOST_BYTES} bytes.`,
        headers: { Connection: 'close' },
      });
    }
    yield chunk;
  }
}
