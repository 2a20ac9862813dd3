import { minimal } from '../../../src/contracts/templates/builtin/minimal.js';
import type { TemplateDefinition } from '../../../src/contracts/templates/template.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import {
  deleteTemplate,
  findTemplate,
  insertTemplateVersion,
  listTemplates,
  listTemplateVersions,
  seedBuiltinTemplates,
} from '../../../src/db/templates/templates.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenUser } from '../../support/people.js';
import { waitUntil } from '../../support/wait-until.js';

const database = useDatabase();
beforeEach(() => database.pool.query('delete from templates'));

const insert = (definition: TemplateDefinition, createdBy: string | null = null) =>
  withTransaction(database.pool, (tx) => insertTemplateVersion(tx, definition, createdBy));
const named = (name: string, title = 'First'): TemplateDefinition => ({ ...minimal, name, title });
const remove = (name: string) => withTransaction(database.pool, (tx) => deleteTemplate(tx, name));

test('a seed waits for a deletion at the same time, and leaves the deleted template alone', async () => {
  await insert({ ...minimal, title: 'Of an older program' });
  let seeding: Promise<{ name: string }[]> | undefined;
  await withTransaction(database.pool, async (tx) => {
    await deleteTemplate(tx, 'minimal');
    seeding = withTransaction(database.pool, seedBuiltinTemplates);
    const isWaiting = async () => {
      const { rowCount } = await database.pool.query(
        `select from pg_locks join pg_database on pg_database.oid = database
          where datname = current_database() and locktype = 'advisory' and not granted`,
      );
      return rowCount === 1;
    };
    await waitUntil(isWaiting, { what: 'the seed at the lock of the template' });
  });
  expect((await seeding)?.map(({ name }) => name)).not.toContain('minimal');
  expect(await findTemplate(database.pool, 'minimal')).toBeUndefined();
});

test('versions count on over a deletion, each template by itself, and an equal definition is no new one', async () => {
  const { userId } = await givenUser(database.pool);
  await insert(named('beside'));
  expect(await insert(named('own'), userId)).toMatchObject({
    inserted: true,
    template: { version: 1, createdBy: userId },
  });
  expect(await insert(named('own'))).toMatchObject({
    inserted: false,
    template: { version: 1, createdBy: userId },
  });
  expect(await insert(named('own', 'Second'))).toMatchObject({
    inserted: true,
    template: { version: 2, createdBy: null },
  });
  expect((await listTemplateVersions(database.pool, 'own')).map(({ version }) => version)).toEqual([2, 1]);
  expect([await remove('own'), await remove('own')]).toEqual([2, 0]);
  expect(await listTemplateVersions(database.pool, 'own')).toEqual([]);
  expect(await listTemplateVersions(database.pool, 'beside')).toHaveLength(1);
  expect(await findTemplate(database.pool, 'own')).toBeUndefined();
  expect(await findTemplate(database.pool, 'own', 1)).toMatchObject({ definition: { title: 'First' } });
  expect(await findTemplate(database.pool, 'beside', 2)).toBeUndefined();
  expect(await insert(named('own', 'Second'))).toMatchObject({ inserted: true, template: { version: 3 } });
  expect((await listTemplateVersions(database.pool, 'own')).map(({ version }) => version)).toEqual([3]);
});

test('a list has the newest version of each template that is not deleted, the newest first', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await insert(named(name));
  await insert(named('a', 'Second'));
  await remove('d');
  const list = async (limit: number) =>
    (await listTemplates(database.pool, { limit, position: undefined })).map(({ name, version }) => [
      name,
      version,
    ]);
  expect(await list(10)).toEqual([
    ['a', 2],
    ['c', 1],
    ['b', 1],
  ]);
  expect(await list(1)).toHaveLength(2);
});
