// Serves the console during development: bundled anew at each change, with the page of the components (/ui). It
// proxies to an API that runs already. `node scripts/console-dev.mjs http://127.0.0.1:3000`
import { createServer, request } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { context } from 'esbuild';
import { consoleOptions, writePage } from './console-bundle.mjs';

const api = new URL(process.argv[2] ?? 'http://127.0.0.1:3000');
const port = Number(process.argv[3] ?? 3100);
const outdir = join(tmpdir(), `sluice-console-dev-${port}`);
const types = { '.js': 'text/javascript', '.css': 'text/css', '.map': 'application/json' };

const page = {
  name: 'page',
  setup: ({ onEnd }) => onEnd(({ metafile }) => metafile !== undefined && writePage(outdir, metafile)),
};
const bundler = await context({ ...consoleOptions({ outdir, development: true }), plugins: [page] });
await bundler.watch();

createServer((asked, answer) => {
  const path = new URL(asked.url, api).pathname;
  const file = join(outdir, path);
  if (path.startsWith('/assets/') && !path.includes('..') && existsSync(file)) {
    answer.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
    return answer.end(readFileSync(file));
  }
  if ((asked.headers.accept ?? '').includes('text/html') && !/^\/(docs|files|openapi)|\/result$/.test(path)) {
    answer.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    return answer.end(readFileSync(join(outdir, 'index.html')));
  }
  const { method, headers } = asked;
  const forward = request(
    { host: api.hostname, port: api.port, path: asked.url, method, headers },
    (from) => {
      answer.writeHead(from.statusCode, from.headers);
      from.pipe(answer);
    },
  );
  forward.on('error', () => answer.writeHead(502).end());
  answer.on('close', () => forward.destroy());
  asked.pipe(forward);
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}, in front of ${api.origin}`));
