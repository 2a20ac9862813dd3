import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startApi, useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';

const docs = resolve(import.meta.dirname, '../../../docs');
const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
const database = useDatabase();
const api = useApi({ database });

test.each(pages)('docs/%s is served as it is written, and not again to a reader who has it', async (name) => {
  const answer = await api.send(`/docs/${name}`);
  expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
    200,
    'text/markdown; charset=utf-8',
    readFileSync(join(docs, name), 'utf8'),
  ]);
  const headers = { 'If-None-Match': String(answer.headers['etag']) };
  const again = await api.send(`/docs/${name}`, { headers });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('/llms.txt lists every page with its title and one sentence', async () => {
  const { status, headers, text } = await api.send('/llms.txt');
  expect([status, headers['content-type']]).toEqual([200, 'text/markdown; charset=utf-8']);
  const listed = [...text.matchAll(/^- \[(.+)\]\(\/docs\/(.+\.md)\): (.+[.。])$/gm)];
  expect(listed.map(([, , name]) => name)).toEqual([...pages].sort());
  for (const [line] of listed) expect(line.length).toBeLessThan(300);
  const again = await api.send('/llms.txt', { headers: { 'If-None-Match': String(headers['etag']) } });
  expect(again.status).toBe(304);
});

test('/llms.txt says a page in plain words', async () => {
  expect((await api.send('/llms.txt')).text).toContain(
    '- [Reports](/docs/reports.md): A report is a job: asked for with one request, gathered by a worker, and picked up by its link.',
  );
});

test.each([
  '/docs/nothing.md',
  '/docs/..%2fpackage.md',
  '/docs/..%2f..%2fREADME.md',
  '/docs/%2e%2e%2fsecret.md',
  '/docs/sessions%00.md',
  '/docs/__proto__.md',
  '/docs/images%2finbox.md',
  '/docs/operations/nothing.md',
  '/docs/operations/..%2fsessions.md',
])('%s is no page: a problem document', async (path) => {
  const answer = await api.send(path);
  expect([answer.status, answer.headers['content-type']]).toEqual([
    404,
    expect.stringContaining('problem+json'),
  ]);
  expect(answer.body['code']).toBe('not_found');
});

test('a file beside the folder is never served, whatever its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  mkdirSync(join(folder, 'docs'));
  writeFileSync(join(folder, 'secret.md'), 'secret');
  writeFileSync(join(folder, 'docs', 'one.md'), '# One\n\nThe only page.\n');
  const own = await startApi({ database, documentsFolder: join(folder, 'docs') });
  try {
    const paths = [
      '/docs/..%2fsecret.md',
      '/docs/%2e%2e/secret.md',
      '/docs/.%2e%2fsecret.md',
      '/docs/a/..%2f..%2fsecret.md',
    ];
    for (const path of paths) expect((await own.send(path)).text).not.toBe('secret');
    expect((await own.send('/llms.txt')).text).toContain('- [One](/docs/one.md): The only page.');
  } finally {
    await own.close();
    rmSync(folder, { recursive: true });
  }
});
