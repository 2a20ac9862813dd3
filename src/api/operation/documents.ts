import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'koa';
import { operationRoutes } from '../../contracts/operation/routes.js';
import { keepContent, serveKept, type KeptContent } from '../http/kept-content.js';
import { Problem } from '../http/problems.js';
import { implement, type Route } from '../http/route.js';

/** The pages are read at the start and looked up by exact name: no request becomes a file path. */
export function createDocumentRoutes({ documentsFolder }: { readonly documentsFolder: string }): Route[] {
  const pages = readPages(documentsFolder);
  const index = markdown(indexOf(pages));
  const kept = new Map([...pages].map(([name, text]) => [name, markdown(text)]));
  const serve = (ctx: Context, name: string): Promise<void> => {
    const found = kept.get(name);
    if (found === undefined) throw new Problem('not_found');
    return Promise.resolve(serveKept(ctx, found));
  };
  return [
    implement(operationRoutes.documents, (_call, ctx) => Promise.resolve(serveKept(ctx, index))),
    implement(operationRoutes.document, ({ params: { page } }, ctx) => serve(ctx, page)),
    implement(operationRoutes.documentInFolder, ({ params: { folder, page } }, ctx) =>
      serve(ctx, `${folder}/${page}`),
    ),
  ];
}

function markdown(body: string): KeptContent {
  return keepContent({ body, type: 'text/markdown; charset=utf-8', cacheControl: 'no-cache' });
}

/** An image without the pages serves the API all the same. */
function readPages(folder: string): Map<string, string> {
  const names = listNames(folder).filter((name) => name.endsWith('.md'));
  return new Map(names.sort().map((name) => [name.slice(0, -3), readFileSync(join(folder, name), 'utf8')]));
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function indexOf(pages: ReadonlyMap<string, string>): string {
  const lines = [...pages].map(([name, text]) => {
    const { title, about } = summaryOf(text);
    return `- [${title}](/docs/${name}.md): ${about}`;
  });
  return [
    '# Sluice',
    '',
    '> Long, expensive, half-automatic work that is never lost and that a person stays in charge of, on Temporal.',
    '',
    'Sessions of a language model wait for a person between their phases. Reports, SQL statements and notifications are jobs.',
    'Every request needs `Authorization: Bearer <API key>`. Refusals are problem documents (RFC 9457) with a stable `code`.',
    '',
    '## Documents',
    '',
    ...lines,
    '',
    '## API',
    '',
    '- [OpenAPI](/openapi.json): every route with its schemas and problems',
    '',
  ].join('\n');
}

/** The heading of a page and the first sentence below it, without the marks of links and code. */
function summaryOf(text: string): { readonly title: string; readonly about: string } {
  const paragraphs = text.split(/\n\s*\n/).map((each) => each.replace(/\s+/g, ' ').trim());
  const title = paragraphs[0]?.replace(/^#\s+/, '') ?? '';
  const first = paragraphs.slice(1).find((each) => /^(?!#|```|\||<|!|-|\d)/.test(each)) ?? '';
  const plain = first.replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  return { title, about: /^.*?[.。](?=\s|$)/.exec(plain)?.[0] ?? plain };
}
