import { sqlCheck } from '../../../src/cli/checks/sql.js';
import type { Finding } from '../../../src/cli/doctor.js';
import { loadConfig } from '../../../src/platform/config.js';
import { useShop } from '../../support/sql/shop.js';

const shop = useShop();

const look = (source: object): Promise<Finding[]> =>
  sqlCheck.look({ config: loadConfig({ SQL_DATA_SOURCES: JSON.stringify([source]) }), local: undefined });

test('a role that can only read is found to be so', async () => {
  expect(await look(shop.source)).toEqual([
    { state: 'ok', what: `The data source demo is asked as ${shop.roles.reader.name}, which can only read.` },
  ]);
});

test('the demo of a running `npm start` is looked at where no other source is given', async () => {
  const local = {
    apiUrl: 'http://127.0.0.1:1',
    adminApiKey: 'none',
    sqlDataSources: JSON.stringify([shop.source]),
  };
  expect(await sqlCheck.look({ config: loadConfig({}), local })).toMatchObject([{ state: 'ok' }]);
});

test('a superuser, and another role than was meant, fail', async () => {
  const asOwner = await look({ ...shop.source, url: shop.url });
  expect(asOwner).toMatchObject([
    { state: 'failed', what: expect.stringContaining(`not as ${shop.roles.reader.name}.`) },
    { state: 'failed', what: expect.stringContaining('a superuser') },
  ]);
});

test('a role that may write, one with power over the server, and missing revokes are named', async () => {
  const { name } = shop.roles.reader;
  const database = new URL(shop.url).pathname.slice(1);
  await shop.pool.query(
    `grant insert on orders to ${name};
     grant pg_signal_backend to ${name};
     grant execute on function pg_sleep(float8) to ${name};
     alter role ${name} in database ${database} reset default_transaction_read_only`,
  );
  const who = `The data source demo is asked as ${name}`;
  expect((await look(shop.source)).map(({ state, what }) => [state, what])).toEqual([
    ['failed', `${who}, which may write or create.`],
    ['failed', `${who}, a member of pg_signal_backend.`],
    ['warning', `${who}, whose transactions may write by default.`],
    ['warning', `${who}, which may use pg_sleep(double precision).`],
  ]);
});

test('a source that cannot be reached fails, and its password is not shown', async () => {
  const found = await look({ ...shop.source, url: 'postgres://nobody:secret@127.0.0.1:1/x' });
  expect(found).toMatchObject([{ state: 'failed' }]);
  expect(JSON.stringify(found)).not.toContain('secret');
});

test('without data sources there is nothing to look at', async () => {
  expect(await sqlCheck.look({ config: loadConfig({}), local: undefined })).toMatchObject([
    { state: 'unused' },
  ]);
});
