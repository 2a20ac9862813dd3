import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Context, Middleware } from 'koa';
import { keepContent, serveKept, type KeptContent } from './kept-content.js';
import { scopeOf } from './request-scope.js';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `name-ABCDEFGH.js`: a change of the content is a change of the name. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

/** Addresses that the one page of the console shows. */
const PAGES =
  /^\/(?:inbox|reports|sql|notifications|users|audit|operations|settings|webhooks|ui|(?:sessions|gates|jobs|sql|notifications\/runs)(?:\/\w+)?)$/;

export interface StaticFiles {
  readonly known: Middleware;
  /** For a browser that opens an address which nothing answers: the console says so. */
  readonly unknown: Middleware;
}

/** The console. Its files are read at the start and looked up by exact name: no request becomes a file path. */
export function staticFiles(folder: string): StaticFiles {
  const files = readFiles(folder);
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  const pageFor = (ctx: Context): KeptContent | undefined => (wantsPage(ctx) ? index : undefined);
  return {
    known: (ctx, next) => {
      const page = PAGES.test(ctx.path) ? pageFor(ctx) : undefined;
      const file = isRead(ctx) ? (files.get(ctx.path) ?? page) : undefined;
      if (file === undefined) return next();
      asConsole(ctx);
      serveKept(ctx, file);
      return Promise.resolve();
    },
    unknown: (ctx, next) => {
      const page = ctx.path.startsWith('/api/') ? undefined : pageFor(ctx);
      if (page === undefined) return next();
      asConsole(ctx);
      ctx.status = 404;
      ctx.set('Cache-Control', 'no-store');
      ctx.type = page.type;
      ctx.body = page.body;
      return Promise.resolve();
    },
  };
}

function isRead({ method }: Context): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Only a browser's navigation asks for HTML: /jobs/:id is also the API's. */
function wantsPage(ctx: Context): boolean {
  return isRead(ctx) && ctx.get('Accept').includes('text/html');
}

function asConsole(ctx: Context): void {
  scopeOf(ctx as Parameters<typeof scopeOf>[0]).route = '(console)';
  ctx.set('Content-Security-Policy', CONSOLE_POLICY);
  ctx.vary('Accept');
}

function readFiles(folder: string): Map<string, KeptContent> {
  const files = new Map<string, KeptContent>();
  for (const entry of listFiles(folder)) {
    const name = `/${relative(folder, entry).split(sep).join('/')}`;
    const content = keepContent({
      body: readFileSync(entry),
      type: types[extname(entry)] ?? 'application/octet-stream',
      cacheControl: HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    files.set(name, content);
  }
  return files;
}

/** A console that was not built is not there; the API is. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
