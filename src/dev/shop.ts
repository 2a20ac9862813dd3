import type { Pool } from 'pg';
import { one, sql } from '../db/base/sql.js';
import { revokeOpenGrants } from '../db/sql/source-guards.js';

/** The roles of a shop: statements run as the reader, the monitor looks at them from beside. */
export interface ShopRoles {
  readonly reader: { readonly name: string; readonly password: string };
  readonly monitor: { readonly name: string; readonly password: string };
}

export interface ShopSize {
  readonly customers: number;
  readonly products: number;
  readonly orders: number;
}

/** Some 200,000 rows: enough to be worth a query, and made within two seconds. */
export const wholeShop: ShopSize = { customers: 8_000, products: 800, orders: 50_000 };

/**
 * A shop to ask, in a database of its own: the reader can connect to nothing else. The rows follow from their numbers, so
 * every shop of a size is the same. Safe to run again; a shop that is there is left as it is.
 */
export async function prepareShop(pool: Pool, roles: ShopRoles, size: ShopSize): Promise<boolean> {
  await prepareRoles(pool, roles);
  const { exists } = await one<{ exists: boolean }>(
    pool,
    sql`select to_regclass('public.order_lines') is not null as exists`,
  );
  if (!exists) await pool.query(`begin; ${schema} ${rows(size)} ${references} commit; analyze;`);
  await guard(pool, roles);
  return !exists;
}

async function prepareRoles(pool: Pool, { reader, monitor }: ShopRoles): Promise<void> {
  for (const { name, password } of [reader, monitor]) {
    const { exists } = await one<{ exists: boolean }>(
      pool,
      sql`select exists (select from pg_roles where rolname = ${name}) as exists`,
    );
    const { word } = await one<{ word: string }>(pool, sql`select quote_literal(${password}) as word`);
    await pool.query(
      `${exists ? 'alter' : 'create'} role ${name} login nosuperuser nocreatedb nocreaterole noreplication
         nobypassrls noinherit password ${word}`,
    );
  }
  await pool.query(`alter role ${monitor.name} inherit`);
  // As a member of the reader the monitor may end the reader's connections, and no other one's.
  await pool.query(`grant pg_monitor, ${reader.name} to ${monitor.name}`);
}

/** Limits that a statement cannot lift: they are set for the role, and SET is not a query. */
const readerSettings: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  temp_file_limit: '2GB',
  work_mem: '32MB',
  statement_timeout: '15min',
  idle_in_transaction_session_timeout: '1min',
};

async function guard(pool: Pool, { reader, monitor }: ShopRoles): Promise<void> {
  const { database } = await one<{ database: string }>(
    pool,
    sql`select quote_ident(current_database()) as database`,
  );
  for (const [setting, value] of Object.entries(readerSettings)) {
    await pool.query(`alter role ${reader.name} in database ${database} set ${setting} = '${value}'`);
  }
  await pool.query(`
    revoke all on database ${database} from public;
    revoke all on schema public from public;
    grant connect on database ${database} to ${reader.name}, ${monitor.name};
    grant usage on schema public to ${reader.name};
    grant select on all tables in schema public to ${reader.name};`);
  await revokeOpenGrants(pool, reader.name);
  await pool.query(`
    grant select on pg_stat_activity to ${monitor.name};
    grant execute on function pg_stat_get_activity(integer), pg_blocking_pids(integer),
      pg_terminate_backend(integer, bigint) to ${monitor.name};`);
}

const schema = `
  create table customers (
    id          integer primary key,
    name        text not null,
    email       text not null unique,
    country     text not null,
    city        text not null,
    segment     text not null check (segment in ('consumer', 'business', 'public')),
    newsletter  boolean not null,
    created_at  timestamptz not null
  );
  create table products (
    id        integer primary key,
    sku       text not null unique,
    name      text not null,
    category  text not null,
    price     numeric(10, 2) not null,
    cost      numeric(10, 2) not null,
    active    boolean not null,
    details   jsonb not null
  );
  create table orders (
    id           bigint primary key,
    customer_id  integer not null,
    status       text not null check (status in ('paid', 'shipped', 'delivered', 'returned', 'canceled')),
    channel      text not null,
    ordered_at   timestamptz not null,
    shipped_at   timestamptz,
    note         text
  );
  create table order_lines (
    order_id    bigint not null,
    line        smallint not null,
    product_id  integer not null,
    quantity    integer not null,
    unit_price  numeric(10, 2) not null,
    discount    numeric(4, 3) not null,
    primary key (order_id, line)
  );
`;

/** After the rows: checking and sorting all of them at once takes a fraction of the time. */
const references = `
  alter table orders add foreign key (customer_id) references customers (id);
  alter table order_lines add foreign key (order_id) references orders (id),
                          add foreign key (product_id) references products (id);
  create index orders_customer on orders (customer_id);
  create index orders_ordered_at on orders (ordered_at);
  create index order_lines_product on order_lines (product_id);
`;

/** A number that looks random and follows from `n`: `salt` makes another one. Below `most`. */
const mixed = (n: string, salt: number, most: number): string =>
  `(((${n})::bigint * 48271 + ${salt} * 69621) % 2147483647 * 16807 % 2147483647 % ${most})::integer`;

const pick = (words: readonly string[], number: string): string =>
  `(array[${words.map((word) => `'${word}'`).join(', ')}])[1 + ${number}]`;

const given = [
  'Ana',
  'Ben',
  'Chiara',
  'Deniz',
  'Emil',
  'Fatou',
  'Goran',
  '花子',
  'Ines',
  'Jonas',
  '健太',
  'Lena',
];
const family = [
  'Alves',
  'Berg',
  'Costa',
  'Diaz',
  'Eriksen',
  'Fischer',
  '佐藤',
  'Haas',
  'Ito',
  'Jansen',
  '鈴木',
];
const places = [
  'Germany:Berlin',
  'Germany:Hamburg',
  'Portugal:Porto',
  'Spain:Madrid',
  'Norway:Oslo',
  'Japan:東京',
  'Japan:大阪',
  'France:Lyon',
  'Italy:Torino',
  'Ireland:Cork',
  'Poland:Gdańsk',
  'Austria:Graz',
];
const categories = ['coffee', 'tea', 'grinders', 'kettles', 'cups', 'filters', 'books', 'gift sets'];
const qualities = [
  'Classic',
  'Fine',
  'Grand',
  'Light',
  'Dark',
  'Single',
  'House',
  'Reserve',
  'Winter',
  'Summer',
];
const statuses = [
  'delivered',
  'delivered',
  'delivered',
  'delivered',
  'shipped',
  'paid',
  'returned',
  'canceled',
];

function rows({ customers, products, orders }: ShopSize): string {
  const place = pick(places, mixed('n', 3, places.length));
  return `
  insert into customers
  select n, ${pick(given, mixed('n', 1, given.length))} || ' ' || ${pick(family, mixed('n', 2, family.length))},
         'customer' || n || '@example.com', split_part(${place}, ':', 1), split_part(${place}, ':', 2),
         ${pick(['consumer', 'consumer', 'consumer', 'business', 'public'], mixed('n', 4, 5))},
         ${mixed('n', 5, 3)} = 0, timestamptz '2022-01-01 00:00:00+00' + ${mixed('n', 6, 94_608_000)} * interval '1 second'
    from generate_series(1, ${customers}) as n;
  insert into products
  select n, 'SKU-' || lpad(n::text, 5, '0'),
         ${pick(qualities, mixed('n', 11, qualities.length))} || ' ' || ${pick(categories, `n % ${categories.length}`)} || ' ' || n,
         ${pick(categories, `n % ${categories.length}`)}, price, round(price * 0.6, 2), ${mixed('n', 13, 20)} > 0,
         jsonb_build_object('weight_g', 50 + ${mixed('n', 14, 2_000)}, 'tags', jsonb_build_array(
           ${pick(['new', 'classic', 'sale'], mixed('n', 15, 3))}, ${pick(['eu', 'jp', 'world'], mixed('n', 16, 3))}))
    from generate_series(1, ${products}) as n,
         lateral (select round(2 + ${mixed('n', 12, 20_000)} / 100.0, 2) as price) as priced;
  insert into orders
  select n, 1 + ${mixed('n', 21, customers)}, status, ${pick(['web', 'web', 'app', 'store'], mixed('n', 23, 4))}, at,
         case when status in ('shipped', 'delivered', 'returned') then at + (1 + ${mixed('n', 24, 9)}) * interval '8 hours' end,
         case when ${mixed('n', 25, 25)} = 0 then ${pick(['gift', 'call before delivery', 'leave at the door, please', '贈り物'], mixed('n', 26, 4))} end
    from generate_series(1, ${orders}) as n,
         lateral (select ${pick(statuses, mixed('n', 22, statuses.length))} as status,
                         timestamptz '2024-01-01 00:00:00+00' + ${mixed('n', 27, 63_072_000)} * interval '1 second' as at) as drawn;
  insert into order_lines
  select n, line, products.id, 1 + ${mixed('n * 7 + line', 31, 6)}, products.price,
         case when ${mixed('n * 7 + line', 32, 5)} = 0 then 0.100 else 0.000 end
    from generate_series(1, ${orders}) as n
    cross join lateral generate_series(1, 1 + ${mixed('n', 33, 5)}) as line
    join products on products.id = 1 + ${mixed('n * 11 + line', 34, products)};
`;
}
