import type { importRoute } from '../../contracts/notifications/record-routes.js';
import { Problem } from '../http/problems.js';
import { importRecords, type ImportKind } from '../../operations/notifications/import-records.js';
import { readLines, type LineFormat } from '../../operations/notifications/read-lines.js';
import { implement, reply, type Route } from '../http/route.js';

/** A file of a million lines; what is beyond comes in parts. */
const MOST_BYTES = 256 * 1024 * 1024;

const formats: Readonly<Record<string, LineFormat>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
};

/** A file is never whole in memory. */
export function implementImport<Line, Row>(
  record: ReturnType<typeof importRoute>,
  kind: ImportKind<Line, Row>,
): Route {
  return implement(record, async ({ principal, origin }, { tx, content, contentType }) => {
    const lines = readLines(limited(content), formatOf(contentType));
    return reply(200, await importRecords(tx, kind, { lines, by: { principal, origin } }));
  });
}

function formatOf(contentType: string): LineFormat {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const format = formats[type];
  if (format !== undefined) return format;
  throw new Problem('unsupported_media_type', {
    detail: 'An import is text/csv or application/x-ndjson.',
    headers: { Accept: 'text/csv, application/x-ndjson' },
  });
}

async function* limited(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of content) {
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
