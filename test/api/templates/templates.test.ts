import { findTemplate, seedBuiltinTemplates } from '../../../src/db/templates/templates.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { builtinTemplates } from '../../../src/contracts/templates/builtin/builtin-templates.js';
import { minimal } from '../../../src/contracts/templates/builtin/minimal.js';
import type { TemplateDefinition } from '../../../src/contracts/templates/template.js';
import { templatePageSchema, templateViewSchema } from '../../../src/contracts/templates/views.js';
import { useApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import type { HttpAnswer } from '../../support/http.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const api = useApi({ database });
const PATH = '/api/v1/templates';

let analyst: TestUser;
let admin: TestUser;
beforeAll(async () => {
  analyst = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});
beforeEach(async () => {
  await database.pool.query('delete from templates');
  await withTransaction(database.pool, seedBuiltinTemplates);
});

const own = (more: Partial<TemplateDefinition> = {}): TemplateDefinition => ({
  ...minimal,
  name: 'own',
  ...more,
});
const publish = (body: unknown, user = admin): Promise<HttpAnswer> =>
  api.send(PATH, { method: 'POST', body, token: user.token });
const get = (path: string): Promise<HttpAnswer> => api.send(`${PATH}${path}`, { token: analyst.token });
const remove = (name: string, user = admin): Promise<HttpAnswer> =>
  api.send(`${PATH}/${name}`, { method: 'DELETE', token: user.token });

async function versionsOf(name: string): Promise<number[]> {
  const { rows } = await database.pool.query<{ version: number }>(
    'select version from templates where name = $1 order by version',
    [name],
  );
  return rows.map((row) => row.version);
}

describe('seeding', () => {
  test('ten processes that start at once give each built-in one version', async () => {
    await database.pool.query('delete from templates');
    await Promise.all(Array.from({ length: 10 }, () => withTransaction(database.pool, seedBuiltinTemplates)));
    for (const { name } of builtinTemplates) expect(await versionsOf(name)).toEqual([1]);
  });

  test('a changed definition becomes a new version; an older process does not take it back', async () => {
    await database.pool.query(`update templates set sha256 = 'of an older program' where name = 'minimal'`);
    const seeded = await withTransaction(database.pool, seedBuiltinTemplates);
    expect(seeded.map(({ name, version }) => [name, version])).toEqual([['minimal', 2]]);
    await database.pool.query(
      `insert into templates (name, version, definition, sha256)
       select name, 3, definition, 'of a newer program' from templates where name = 'minimal' and version = 2`,
    );
    expect(await withTransaction(database.pool, seedBuiltinTemplates)).toEqual([]);
    expect((await findTemplate(database.pool, 'minimal'))?.version).toBe(3);
  });

  test('a built-in that an administrator replaced or deleted is left alone', async () => {
    await publish({ ...minimal, title: 'Ours' });
    await remove('research-brief');
    await database.pool.query(`update templates set sha256 = 'other' where created_by is null`);
    const seeded = await withTransaction(database.pool, seedBuiltinTemplates);
    expect(seeded.map(({ name }) => name)).toEqual(['viral-content']);
    expect((await get('/minimal')).body).toMatchObject({ version: 2, definition: { title: 'Ours' } });
    expect((await get('/research-brief')).status).toBe(404);
  });
});

describe('reading', () => {
  test('the list shows each template once, with its newest version and its phases', async () => {
    await publish(own());
    await publish(own({ title: 'Second' }));
    const { items } = templatePageSchema.strict().parse((await get('')).body);
    expect(items.map(({ name, version, builtIn }) => [name, version, builtIn]).sort()).toEqual([
      ['minimal', 1, true],
      ['own', 2, false],
      ['research-brief', 1, true],
      ['viral-content', 1, true],
    ]);
    const page = templatePageSchema.parse((await get('?limit=3')).body);
    const rest = templatePageSchema.parse((await get(`?limit=3&cursor=${page.nextCursor}`)).body);
    expect([...page.items, ...rest.items]).toEqual(items);
  });

  test('one template comes with the numbers of all its versions, and any of them can be read', async () => {
    await publish(own());
    await publish(own({ title: 'Second' }));
    const newest = templateViewSchema.strict().parse((await get('/own')).body);
    expect(newest).toMatchObject({ version: 2, definition: { title: 'Second' } });
    expect(newest.versions.map(({ version }) => version)).toEqual([2, 1]);
    expect((await get('/own?version=1')).body).toMatchObject({
      version: 1,
      definition: { title: minimal.title },
    });
    expect((await get('/own?version=3')).status).toBe(404);
    expect((await get('/nobodys')).status).toBe(404);
  });

  test('a schema keeps the order of its members, because models write them in that order', async () => {
    const properties = { zulu: { type: 'string' }, a: { type: 'string' }, mike: { type: 'string' } };
    const [first, ...rest] = minimal.phases;
    const THINK = { prompt: 'Think.', outputSchema: { type: 'object', properties } };
    await publish(own({ phases: [{ ...first!, steps: { ...first!.steps, THINK } }, ...rest] }));
    const stored = (await findTemplate(database.pool, 'own'))?.definition.phases[0]?.steps.THINK.outputSchema;
    expect(Object.keys(stored?.['properties'] as object)).toEqual(['zulu', 'a', 'mike']);
  });
});

describe('publishing', () => {
  test('a new version is published, audited, and the same again is no version of its own', async () => {
    const first = await publish(own());
    expect([first.status, first.headers['location']]).toEqual([201, `${PATH}/own?version=1`]);
    expect((await publish(own())).status).toBe(200);
    expect((await publish(own({ description: 'changed' }))).body).toMatchObject({ version: 2 });
    expect(await versionsOf('own')).toEqual([1, 2]);
    const { rows } = await database.pool.query(
      `select action, after, actor_id from audit_logs where resource_type = 'template' and resource_id = 'own' and actor_id = $1
        order by timestamp desc limit 2`,
      [admin.id],
    );
    expect(rows).toMatchObject([
      { action: 'version_published', after: { version: 2 } },
      { action: 'created', after: { version: 1 } },
    ]);
  });

  test('twenty versions published at once are numbered without gap', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publish(own({ title: `Version ${index}` }))),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 201));
    expect(await versionsOf('own')).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('an analyst can neither publish nor delete', async () => {
    expect((await publish(own(), analyst)).status).toBe(403);
    expect((await remove('minimal', analyst)).status).toBe(403);
  });

  const phase = minimal.phases[0]!;
  const withSchema = (outputSchema: unknown) => ({
    ...own(),
    phases: [{ ...phase, steps: { ...phase.steps, EXECUTE: { prompt: 'x', outputSchema } } }],
  });
  const executeSchema = 'phases.0.steps.EXECUTE.outputSchema';
  test.each<[string, unknown, string]>([
    ['without phases', own({ phases: [] }), 'phases'],
    ['with a phase key twice', own({ phases: [phase, phase] }), 'phases.1.key'],
    ['with a bad phase key', own({ phases: [{ ...phase, key: 'Über' }] }), 'phases.0.key'],
    ['with a bad name', own({ name: 'Not A Name' }), 'name'],
    ['with a language missing', { ...own(), title: { en: 'only' } }, 'title.ja'],
    ['with an unknown field', { ...own(), colour: 'blue' }, 'colour'],
    [
      'without a step',
      { ...own(), phases: [{ ...phase, steps: { THINK: { prompt: 'x' } } }] },
      'phases.0.steps.EXECUTE',
    ],
    [
      'with a schema of a type that there is not',
      withSchema({ type: 'object', properties: { a: { type: 'colour' } } }),
      executeSchema,
    ],
    ['with a schema that is no object', withSchema({ type: 'string' }), executeSchema],
    [
      'with a schema that requires what it does not describe',
      withSchema({ type: 'object', required: ['a'] }),
      executeSchema,
    ],
    [
      'with a schema that refers to nothing',
      withSchema({ type: 'object', properties: { a: { $ref: '#/$defs/no' } } }),
      executeSchema,
    ],
    ['with an input schema of a list', { ...own(), inputSchema: { type: 'array' } }, 'inputSchema.type'],
    [
      'with an input schema that requires what it does not describe',
      own({ inputSchema: { type: 'object', required: ['a'] } }),
      'inputSchema',
    ],
  ])('a template %s is refused with the place of what is wrong', async (_what, body, path) => {
    const answer = await publish(body);
    expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
    expect((answer.body['errors'] as { path: string }[]).map((error) => error.path)).toContain(path);
    expect(await versionsOf('own')).toEqual([]);
  });

  test('a schema nested too deep to read is refused like any other', async () => {
    const depth = 20_000;
    const deep = '{"items":'.repeat(depth) + '{}' + '}'.repeat(depth);
    const body = JSON.stringify(withSchema({ type: 'array', items: 'DEEP' })).replace('"DEEP"', deep);
    const headers = { 'Content-Type': 'application/json' };
    const answer = await api.send(PATH, { method: 'POST', body, headers, token: admin.token });
    expect([answer.status, answer.body['code']]).toEqual([400, 'validation_error']);
  });
});

test('a deleted template is gone for new sessions, stays for those that run, and counts on when it comes back', async () => {
  await publish(own());
  expect((await remove('own')).status).toBe(204);
  expect((await remove('own')).status).toBe(404);
  expect((await get('/own')).status).toBe(404);
  expect((await get('/own?version=1')).status).toBe(404);
  expect(await findTemplate(database.pool, 'own')).toBeUndefined();
  expect((await findTemplate(database.pool, 'own', 1))?.definition).toEqual(own());
  expect((await publish(own())).body).toMatchObject({ version: 2, versions: [{ version: 2 }] });
});
