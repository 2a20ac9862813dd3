import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv2020 from 'ajv/dist/2020.js';
import { createRoutes } from '../../../src/api/routes.js';
import { routeRecords } from '../../../src/contracts/routes.js';
import { openApiText } from '../../../src/api/http/openapi/describe-api.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';

interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, unknown>;
  readonly security: readonly unknown[];
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation> | { readonly $ref: string }>;
  readonly components: { readonly schemas: Record<string, unknown> };
}

const database = useDatabase();
const api = useApi({ database });
const operationsOf = (paths: Document['paths']): Operation[] =>
  Object.values(paths).flatMap((item) => ('$ref' in item ? [] : Object.values(item)));
const document = async (): Promise<Document> => (await api.send('/openapi.json')).body as unknown as Document;

test('openapi.json in the repository is what the routes say (node scripts/openapi.mjs writes it)', () => {
  const file = fileURLToPath(new URL('../../../openapi.json', import.meta.url));
  expect(readFileSync(file, 'utf8')).toBe(openApiText());
});

test('the document that is served is the one in the repository', async () => {
  expect(await document()).toEqual(JSON.parse(openApiText()));
});

test('every record of the contract is mounted, each once', () => {
  const mounted = createRoutes(api.deps).map(({ record }) => record.operationId);
  expect(mounted.sort()).toEqual(Object.keys(routeRecords).sort());
  const misnamed = Object.entries(routeRecords).filter(([name, record]) => record.operationId !== name);
  expect(misnamed).toEqual([]);
});

test('every operation has an id of its own, says what it answers and who may ask', async () => {
  const { openapi, paths } = await document();
  expect(openapi).toBe('3.1.0');
  const operations = operationsOf(paths);
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(operations.filter(({ responses }) => Object.keys(responses).length === 0)).toEqual([]);
  expect(operations.filter(({ security }) => !Array.isArray(security))).toEqual([]);
});

test('every schema of the document is a valid JSON Schema, and every reference leads somewhere', async () => {
  const whole = await document();
  const ajv = new Ajv2020.default({ strict: false, validateFormats: false });
  ajv.addSchema(whole, 'api');
  for (const name of Object.keys(whole.components.schemas)) {
    expect(ajv.compile({ $ref: `api#/components/schemas/${name}` })).toBeDefined();
  }
  const references = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  const missing = references
    .map(([, name]) => name ?? '')
    .filter((name) => !(name in whole.components.schemas));
  expect(missing).toEqual([]);
});

test('an alias of a path is one reference to it, and copies nothing', async () => {
  const { paths } = await document();
  const aliases = Object.entries(paths).filter(([path]) => path.startsWith('/api/viral/'));
  const targets = Object.keys(paths).filter((path) => path.startsWith('/api/v1/cot-sessions'));
  expect(aliases.map(([path]) => path.replace('/api/viral/cot-session', '/api/v1/cot-sessions'))).toEqual(
    targets,
  );
  for (const [, item] of aliases) {
    const pointer = decodeURIComponent(String((item as { $ref?: string }).$ref).replace('#/paths/', ''));
    expect(Object.keys(paths)).toContain(pointer.replaceAll('~1', '/'));
  }
});

test('the reference page runs no script and loads nothing from elsewhere', async () => {
  const { headers, text } = await api.send('/docs');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'/);
  expect(text).not.toMatch(/<script|src=|https?:\/\//);
});

test('the reference page has an anchor for every operation and schema', async () => {
  const { paths, components } = await document();
  const { text } = await api.send('/docs');
  const ids = operationsOf(paths).map(({ operationId }) => operationId);
  const anchors = [...ids, ...Object.keys(components.schemas).map((name) => `schema-${name}`)];
  expect(anchors.filter((anchor) => !text.includes(`id="${anchor}"`))).toEqual([]);
});

test('the reference page is searched on the server, and says back nothing unescaped', async () => {
  const found = await api.send('/docs?q=generate%20report');
  expect(found.text).toContain('id="generateReport"');
  expect(found.text).not.toContain('id="listUsers"');
  const nothing = await api.send(`/docs?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
  expect(nothing.status).toBe(200);
  expect(nothing.text).not.toContain('<script>');
});
