// Writes what is derived from the route records: `openapi.json`, and the table of methods and paths for the client.
import { Buffer } from 'node:buffer';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);
const outfile = fileURLToPath(new URL('node_modules/.cache/openapi.mjs', root));
await build({
  entryPoints: [fileURLToPath(new URL('src/api/http/openapi/describe-api.ts', root))],
  outfile,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
});
const { openApiText, routeTableText } = await import(outfile);
await writeFile(fileURLToPath(new URL('openapi.json', root)), Buffer.from(openApiText()));
await writeFile(fileURLToPath(new URL('src/client/route-table.ts', root)), Buffer.from(routeTableText()));
await import('./reference.mjs');
