import { prepareShop, type ShopRoles, type ShopSize } from '../../../src/dev/shop.js';
import type { DataSource } from '../../../src/contracts/sql/data-source.js';
import { useEmptyDatabase, type TestDatabase } from '../servers/database.js';

export interface TestShop extends TestDatabase {
  readonly source: DataSource;
  readonly roles: ShopRoles;
}

const small: ShopSize = { customers: 200, products: 50, orders: 1_000 };

/** A shop as `npm start` makes it, but small, with roles of its own. */
export function useShop(size: ShopSize = small): TestShop {
  const database = useEmptyDatabase();
  const { url } = database;
  const name = new URL(url).pathname.slice(1);
  const roles = {
    reader: { name: `${name}_reader`, password: 'reads' },
    monitor: { name: `${name}_monitor`, password: 'looks' },
  };
  beforeAll(async () => {
    await prepareShop(database.pool, roles, size);
  });
  return {
    url,
    roles,
    get pool() {
      return database.pool;
    },
    source: {
      name: 'demo',
      engine: 'postgresql',
      url: urlAs(url, roles.reader),
      monitorUrl: urlAs(url, roles.monitor),
      role: roles.reader.name,
      allowedRoles: ['ANALYST', 'ADMIN'],
      limits: {},
    },
  };
}

function urlAs(databaseUrl: string, { name, password }: ShopRoles['reader']): string {
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = password;
  return url.href;
}
