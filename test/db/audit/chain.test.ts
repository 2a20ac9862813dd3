import { createAuditKeys, isCheckpointSigned } from '../../../src/crypto/audit-chain.js';
import { auditRetention, pruneAuditLog } from '../../../src/db/audit/retention.js';
import { sealAuditLog } from '../../../src/db/audit/seal.js';
import { startAuditSealer } from '../../../src/operations/audit/sealer.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { verifyAuditLog } from '../../../src/db/audit/verify.js';
import { recordAudit } from '../../../src/db/audit/log.js';
import {
  emptyLog,
  seal,
  tamper,
  testAdmin,
  testAuditKeys,
  verifyLog,
  writeEntry,
} from '../../support/audit/entries.js';
import { useDatabase } from '../../support/servers/database.js';

const database = useDatabase();
const ENTRIES = 20;
const SEGMENT = 8;

beforeEach(() => emptyLog(database.pool));

/** Twenty sealed entries: two closed segments of eight, and an open one. */
async function fill(): Promise<void> {
  for (let start = 0; start < ENTRIES; start += 4) {
    for (let index = 0; index < 4; index += 1)
      await writeEntry(database.pool, { resourceId: `usr_${start + index}` });
    await seal(database.pool, SEGMENT);
  }
}

async function idAt(seq: number): Promise<string> {
  const { rows } = await database.pool.query<{ audit_id: string }>(
    'select audit_id from audit_chain where seq = $1',
    [seq],
  );
  return rows[0]!.audit_id;
}

test('an empty log is whole', async () => {
  expect(await verifyLog(database.pool)).toEqual({
    valid: true,
    checked: 0,
    prunedThrough: 0,
    checkpoint: null,
  });
});

test('an untouched log is whole, and its end is signed', async () => {
  await fill();
  const verification = await verifyLog(database.pool);
  expect(verification).toMatchObject({ valid: true, checked: ENTRIES });
  expect(verification.checkpoint!.seq).toBe(ENTRIES);
  expect(isCheckpointSigned(verification.checkpoint!)).toBe(true);
});

test('fifty writers and three sealers at once make one chain without fork or gap', async () => {
  const writers = Array.from({ length: 50 }, async (_, writer) => {
    for (let turn = 0; turn < 10; turn += 1)
      await writeEntry(database.pool, { resourceId: `usr_${writer}_${turn}` });
  });
  let writing = true;
  const sealers = Array.from({ length: 3 }, async () => {
    while (writing) await seal(database.pool, 64);
  });
  await Promise.all(writers);
  writing = false;
  await Promise.all(sealers);
  await seal(database.pool, 64);
  expect(await verifyLog(database.pool)).toMatchObject({ valid: true, checked: 500 });
});

test('a slow transaction that commits after later ones were sealed takes its place behind them', async () => {
  await withTransaction(database.pool, async (slow) => {
    await recordAudit(slow, {
      actor: testAdmin,
      action: 'created',
      resourceType: 'user',
      resourceId: 'usr_slow',
    });
    await writeEntry(database.pool, { resourceId: 'usr_fast' });
    expect(await seal(database.pool)).toBe(1);
  });
  expect(await seal(database.pool)).toBe(1);
  const { rows } = await database.pool.query(
    'select resource_id from audit_chain join audit_logs on id = audit_id order by seq',
  );
  expect(rows.map((row) => row['resource_id'])).toEqual(['usr_fast', 'usr_slow']);
  expect(await verifyLog(database.pool)).toMatchObject({ valid: true, checked: 2 });
});

test('hiding an entry with an entry of its own keeps the chain whole', async () => {
  await fill();
  const hidden = await idAt(3);
  await database.pool.query('update audit_logs set is_deleted = true where id = $1', [hidden]);
  await writeEntry(database.pool, { action: 'deleted', resourceType: 'audit_log', resourceId: hidden });
  await seal(database.pool, SEGMENT);
  expect(await verifyLog(database.pool)).toMatchObject({ valid: true, checked: ENTRIES + 1 });
});

const entryOf = (seq: number): string => `(select audit_id from audit_chain where seq = ${seq})`;

test.each<[string, string, { seq: number | null; reason: string }]>([
  [
    'a changed action',
    `update audit_logs set action = 'x' where id = ${entryOf(7)}`,
    { seq: 7, reason: 'content_changed' },
  ],
  [
    'a changed time',
    `update audit_logs set timestamp = timestamp + interval '1 microsecond' where id = ${entryOf(5)}`,
    { seq: 5, reason: 'content_changed' },
  ],
  [
    'a changed detail',
    `update audit_logs set after = '{"a":1}' where id = ${entryOf(20)}`,
    { seq: 20, reason: 'content_changed' },
  ],
  ['a deleted entry', `delete from audit_logs where id = ${entryOf(9)}`, { seq: 9, reason: 'entry_missing' }],
  [
    'an entry deleted with its link',
    `delete from audit_logs where id = ${entryOf(9)}; delete from audit_chain where seq = 9`,
    { seq: 9, reason: 'sequence_gap' },
  ],
  [
    'a first entry deleted with its link',
    `delete from audit_logs where id = ${entryOf(1)}; delete from audit_chain where seq = 1`,
    { seq: 1, reason: 'sequence_gap' },
  ],
  [
    'two entries in swapped order',
    `create temp table swapped as select 9 - seq as seq, audit_id from audit_chain where seq in (4, 5); update audit_chain set audit_id = seq::text where seq in (4, 5); update audit_chain c set audit_id = s.audit_id from swapped s where s.seq = c.seq; drop table swapped`,
    { seq: 4, reason: 'content_changed' },
  ],
  [
    'two links in swapped order',
    `update audit_chain set seq = -seq where seq in (4, 5); update audit_chain set seq = 9 + seq where seq in (-4, -5)`,
    { seq: 4, reason: 'link_broken' },
  ],
  [
    'a link over a changed hash',
    `update audit_chain set content_hash = sha256('x') where seq = 11`,
    { seq: 11, reason: 'content_changed' },
  ],
  [
    'an end that was cut off',
    `delete from audit_logs where id in (select audit_id from audit_chain where seq > 17); delete from audit_chain where seq > 17`,
    { seq: 18, reason: 'tail_missing' },
  ],
  [
    'an end that was cut off with the head turned back',
    `delete from audit_logs where id in (select audit_id from audit_chain where seq > 17); delete from audit_chain where seq > 17; update audit_head set seq = 17, hash = (select hash from audit_chain where seq = 17)`,
    { seq: 17, reason: 'checkpoint_invalid' },
  ],
  [
    'an entry that hides without an entry',
    `update audit_logs set is_deleted = true where id = ${entryOf(6)}`,
    { seq: 6, reason: 'hidden_without_entry' },
  ],
  [
    'a hidden entry that was brought back',
    `insert into audit_logs (id, actor_name, actor_role, action, resource_type, resource_id) select 'aud_hiding', 'x', 'ADMIN', 'deleted', 'audit_log', ${entryOf(4)}; insert into audit_unsealed values ('aud_hiding')`,
    { seq: 4, reason: 'shown_though_hidden' },
  ],
  [
    'an entry inserted past the program',
    `insert into audit_logs (id, timestamp, actor_name, actor_role, action, resource_type, resource_id) values ('aud_forged', now() - interval '1 day', 'x', 'ADMIN', 'x', 'user', 'usr_1')`,
    { seq: null, reason: 'not_in_chain' },
  ],
  [
    'a closed segment that was removed',
    `delete from audit_segments where first_seq = 1`,
    { seq: 1, reason: 'segment_broken' },
  ],
  [
    'a segment with a forged signature',
    `update audit_segments set signature = sha512('x') where first_seq = 9`,
    { seq: 16, reason: 'checkpoint_invalid' },
  ],
])('%s is named as the first broken one', async (_what, statements, broken) => {
  await fill();
  await tamper(database.pool, statements);
  const verification = await verifyLog(database.pool);
  expect(verification.valid).toBe(false);
  expect(verification.firstBroken).toMatchObject(broken);
});

test('a broken entry is named by its id as well', async () => {
  await fill();
  const id = await idAt(7);
  await tamper(database.pool, `update audit_logs set reason = 'x' where id = '${id}'`);
  expect((await verifyLog(database.pool)).firstBroken).toEqual({ seq: 7, id, reason: 'content_changed' });
});

test('an entry that is deleted before it is sealed is missed by name', async () => {
  await writeEntry(database.pool);
  await tamper(database.pool, 'delete from audit_logs');
  await seal(database.pool);
  expect((await verifyLog(database.pool)).firstBroken).toMatchObject({ seq: 1, reason: 'entry_missing' });
});

test('a whole chain that was forged anew fails for want of our signature', async () => {
  await fill();
  expect((await verifyAuditLog(database.pool, ['00'.repeat(32)])).firstBroken).toEqual({
    seq: 8,
    id: null,
    reason: 'checkpoint_key_unknown',
  });
});

/** Twenty entries of which the first `old` are a hundred days old, in segments of eight. */
async function fillWithOld(old: number): Promise<void> {
  for (let index = 0; index < ENTRIES; index += 1) {
    await writeEntry(database.pool, { resourceId: `usr_${index}` });
    if (index < old)
      await tamper(
        database.pool,
        `update audit_logs set timestamp = timestamp - interval '100 days'
      where resource_id = 'usr_${index}'`,
      );
    if (index % 4 === 3) await seal(database.pool, SEGMENT);
  }
}

test('a log whose days are counted has its part in the retention, and one without takes none', async () => {
  expect(auditRetention(database.pool, 0)).toEqual({});
  await fillWithOld(12);
  expect(await auditRetention(database.pool, 30)['auditLog']?.()).toBe(8);
});

test('retention removes the whole old segments, records it, and the rest stays verifiable', async () => {
  await fillWithOld(12);
  expect(await pruneAuditLog(database.pool, { keepDays: 30 })).toBe(8);
  await seal(database.pool, SEGMENT);
  expect(await verifyLog(database.pool)).toMatchObject({ valid: true, checked: 13, prunedThrough: 8 });
  const { rows } = await database.pool.query(
    `select actor_name, after from audit_logs where action = 'pruned'`,
  );
  expect(rows).toEqual([
    { actor_name: 'retention', after: { firstSeq: 1, lastSeq: 8, entries: 8, keepDays: 30 } },
  ]);
});

test('after pruning a change in what is left is still found, and so is a further loss at the beginning', async () => {
  await fillWithOld(8);
  await pruneAuditLog(database.pool, { keepDays: 30 });
  await tamper(
    database.pool,
    'delete from audit_logs where id in (select audit_id from audit_chain where seq = 9); delete from audit_chain where seq = 9',
  );
  expect((await verifyLog(database.pool)).firstBroken).toMatchObject({ seq: 9, reason: 'sequence_gap' });
});

test('a segment with one young entry is kept, and nothing younger than a day can be pruned at all', async () => {
  await fillWithOld(7);
  expect(await pruneAuditLog(database.pool, { keepDays: 30 })).toBe(0);
  await expect(pruneAuditLog(database.pool, { keepDays: 0 })).rejects.toThrow('kept for a day at least');
});

test('a sealer in its own rhythm seals what was written and stops on demand', async () => {
  const errors: unknown[] = [];
  const sealer = startAuditSealer({
    pool: database.pool,
    signer: testAuditKeys.signer,
    intervalMs: 10,
    onError: (error) => errors.push(error),
  });
  await writeEntry(database.pool);
  await sealer.sealNow();
  await sealer.stop();
  expect(await verifyLog(database.pool)).toMatchObject({ valid: true, checked: 1 });
  expect(errors).toEqual([]);
});

test('a changed secret does not make the log look forged, as long as its old key is known', async () => {
  const [old, next] = ['the secret of before, long enough', 'the secret of today, long enough'];
  const { signer: before } = createAuditKeys({ current: old }, []);
  const now = createAuditKeys({ current: next, previous: old }, []);
  for (const signer of [before, now.signer]) {
    for (let n = 0; n < 3; n += 1) await writeEntry(database.pool);
    await sealAuditLog(database.pool, { signer, whenBusy: 'wait', segmentSize: 2 });
  }
  const verdict = async (trusted: readonly string[]) =>
    (await verifyAuditLog(database.pool, trusted)).firstBroken?.reason;
  expect(await verdict(now.trusted)).toBeUndefined();
  expect(await verdict(createAuditKeys({ current: next }, []).trusted)).toBe('checkpoint_key_unknown');
  expect(await verdict(createAuditKeys({ current: next }, [before.publicKey]).trusted)).toBeUndefined();
});
