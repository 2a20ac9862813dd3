import fc from 'fast-check';
import { createPager } from '../../../src/api/http/pagination.js';
import type { Page } from '../../../src/contracts/page.js';
import { listUsers } from '../../../src/db/users/list.js';
import type { User } from '../../../src/contracts/users/user.js';
import { useDatabase } from '../../support/servers/database.js';

const ROWS = 3_000;
const database = useDatabase();
const pager = createPager({ current: 'a secret that is long enough to sign with' });
const scope = { list: 'users', filters: {} };

/** Three thousand users in three moments, two of them a microsecond apart. */
beforeEach(async () => {
  await database.pool.query('truncate users cascade');
  await database.pool.query(
    `insert into users (id, email, name, role, created_at)
     select 'usr_' || lpad(to_hex(n), 26, '0'), n || '@example.org', 'n', 'ANALYST',
            timestamptz '2026-01-01 00:00:00.123456Z' + (n % 3 % 2) * interval '1 microsecond'
              + (n % 3 / 2) * interval '1 second'
       from generate_series(1, $1::int) as n`,
    [ROWS],
  );
});

async function pageAt(limit: number, cursor?: string | null): Promise<Page<User>> {
  const request = pager.request(scope, { limit, cursor: cursor ?? undefined });
  const rows = await listUsers(database.pool, {}, request);
  return pager.page(scope, request, { rows, keyOf: (row) => ({ at: row.createdAt, id: row.id }) });
}

async function allIds(): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(
    'select id from users order by created_at desc, id desc',
  );
  return rows.map((row) => row.id);
}

async function walk(limit: number, afterPage?: (page: Page<User>) => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await pageAt(limit, cursor);
    seen.push(...page.items.map((row) => row.id));
    await afterPage?.(page);
    cursor = page.nextCursor;
  }
  return seen;
}

test('pages of any size over thousands of users of one moment show each once, in order', async () => {
  const ids = await allIds();
  const sizes = fc.integer({ min: 40, max: 100 });
  await fc.assert(
    fc.asyncProperty(sizes, async (limit) => expect(await walk(limit)).toEqual(ids)),
    { numRuns: 5 },
  );
});

test('the way back shows the same pages as the way there', async () => {
  const there: Page<User>[] = [];
  await walk(100, async (page) => void there.push(page));
  const back: string[][] = [];
  for (let cursor = there.at(-1)!.prevCursor; cursor !== null;) {
    const page = await pageAt(100, cursor);
    back.unshift(page.items.map((row) => row.id));
    cursor = page.prevCursor;
  }
  expect(back).toEqual(there.slice(0, -1).map((page) => page.items.map((row) => row.id)));
});

test('rows that come and go between pages neither repeat nor hide the others', async () => {
  const before = await allIds();
  const gone = new Set<string>();
  let round = 0;
  const seen = await walk(100, async (page) => {
    round += 1;
    // The row of the next cursor and a later row are deleted; a newer and an older row are inserted.
    const ahead = before[before.indexOf(page.items.at(-1)!.id) + 2];
    for (const id of [page.items.at(-1)!.id, ahead]) if (id !== undefined) gone.add(id);
    await database.pool.query('delete from users where id = any ($1)', [[page.items.at(-1)!.id, ahead]]);
    await database.pool.query(
      `insert into users (id, email, name, role, created_at) values
         ('usr_new' || $1, 'new' || $1, 'n', 'ANALYST', '2027-01-01'), ('usr_old' || $1, 'old' || $1, 'n', 'ANALYST', '2025-01-01')`,
      [String(round)],
    );
  });
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.some((id) => id.startsWith('usr_new'))).toBe(false);
  const untouched = before.filter((id) => !gone.has(id));
  expect(seen.filter((id) => untouched.includes(id))).toEqual(untouched);
});

test('a cursor whose row and all older ones are gone still leads back', async () => {
  const first = await pageAt(100);
  const last = first.items.at(-1)!;
  await database.pool.query('delete from users where (created_at, id) < ($1::timestamptz, $2)', [
    last.createdAt,
    last.id,
  ]);
  const empty = await pageAt(100, first.nextCursor);
  expect(empty).toMatchObject({ items: [], hasMore: false, nextCursor: null });
  expect((await pageAt(100, empty.prevCursor)).items).toEqual(first.items);
});
