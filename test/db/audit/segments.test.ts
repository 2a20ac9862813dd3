import { sealAuditLog } from '../../../src/db/audit/seal.js';
import { testAuditKeys, writeEntry } from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();

test('a segment closes after ten thousand entries when nobody says how many', async () => {
  const options = { signer: testAuditKeys.signer, whenBusy: 'wait' } as const;
  await database.pool.query(
    `with written as (
       insert into audit_logs (id, actor_name, actor_role, action, resource_type, resource_id)
       select 'aud_' || lpad(n::text, 26, '0'), 'x', 'ADMIN', 'created', 'user', 'usr_x'
         from generate_series(1, 9999) as n returning id)
     insert into audit_unsealed select id from written on conflict do nothing`,
  );
  await sealAuditLog(database.pool, options);
  const closed = async () =>
    (await database.pool.query<{ last_seq: number }>('select last_seq::integer from audit_segments')).rows;
  expect(await closed()).toEqual([]);
  await writeEntry(database.pool);
  await sealAuditLog(database.pool, options);
  expect(await closed()).toEqual([{ last_seq: 10_000 }]);
});

test('a segment that has been open for a day closes with the next entry, and the one behind it is young', async () => {
  const { pool } = database;
  const seal = () => sealAuditLog(pool, { signer: testAuditKeys.signer, whenBusy: 'wait' });
  const closed = async () => (await pool.query('select from audit_segments')).rowCount!;
  const before = await closed();
  const age = (hours: number) =>
    pool.query('update audit_head set segment_opened_at = now() - make_interval(hours => $1)', [hours]);
  const isOpen = async () =>
    (await pool.query<{ open: boolean }>('select segment_opened_at is not null as open from audit_head'))
      .rows[0]?.open;
  await writeEntry(pool);
  await seal();
  expect([await closed(), await isOpen()]).toEqual([before, true]);
  await age(23);
  await writeEntry(pool);
  await seal();
  expect([await closed(), await isOpen()]).toEqual([before, true]);
  await age(25);
  await writeEntry(pool);
  await seal();
  expect([await closed(), await isOpen()]).toEqual([before + 1, false]);
  await writeEntry(pool);
  await seal();
  expect([await closed(), await isOpen()]).toEqual([before + 1, true]);
});
