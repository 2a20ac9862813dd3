import { maybeOne, prepared, sql } from '../../../src/db/base/sql.js';
import { findRun, lockRunStatus } from '../../../src/db/runs/runs.js';
import { createLogger } from '../../../src/platform/logger.js';
import { createPool } from '../../../src/platform/pool.js';
import { givenRun } from '../../support/runs.js';
import { useDatabase } from '../../support/servers/database.js';
import { givenUser } from '../../support/people.js';

const database = useDatabase();

test('a DBA finds prepared statements by what they do, and each text under a name of its own', async () => {
  const owner = await givenUser(database.pool);
  const run = await givenRun(database.pool, owner);
  const client = await database.pool.connect();
  try {
    await findRun(client, { viewer: owner, id: run.id });
    await findRun(client, { viewer: { userId: owner.userId, role: 'ADMIN' }, id: run.id });
    await findRun(client, { viewer: owner, id: run.id });
    await lockRunStatus(client, run.id);
    const { rows } = await client.query<{ name: string; statement: string }>(
      `select name, statement from pg_prepared_statements where name ~ '^runs.(read|lock)' order by name`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['runs.lock_status', 'runs.read', 'runs.read.2']);
    expect(rows[1]?.statement).toContain('runs.owner_id =');
    expect(rows[2]?.statement).not.toContain('runs.owner_id =');
  } finally {
    client.release();
  }
});

test('two statements that were given one name by mistake still answer each for itself', async () => {
  const answers = [sql`select 1 as n`, sql`select 2 as n`, sql`select 1 as n`].map((statement) =>
    maybeOne<{ n: number }>(database.pool, prepared('test.same_name', statement)),
  );
  expect(await Promise.all(answers)).toEqual([{ n: 1 }, { n: 2 }, { n: 1 }]);
});

test('behind a pooler of transactions no statement is prepared under a name', async () => {
  const pool = createPool({
    databaseUrl: database.url,
    max: 1,
    applicationName: 'pooled',
    behindPooler: true,
    logger: createLogger({ level: 'silent', service: 'test' }),
  });
  try {
    const owner = await givenUser(pool);
    const run = await givenRun(pool, owner);
    expect(await lockRunStatus(pool, run.id)).toBeDefined();
    const { rows } = await pool.query('select name from pg_prepared_statements');
    expect(rows).toEqual([]);
  } finally {
    await pool.end();
  }
});
