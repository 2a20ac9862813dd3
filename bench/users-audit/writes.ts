import type { Pool, QueryResultRow } from 'pg';
import { contentHash, linkHash, type AuditSigner } from '../../src/crypto/audit-chain.js';
import { recordAudit } from '../../src/db/audit/log.js';
import { contentOf, type AuditRow } from '../../src/db/audit/rows.js';
import { sealAuditLog } from '../../src/db/audit/seal.js';
import { startAuditSealer } from '../../src/operations/audit/sealer.js';
import { withTransaction, type Tx } from '../../src/db/base/transaction.js';
import { verifyAuditLog } from '../../src/db/audit/verify.js';
import { table } from './measure.js';

const WRITERS = 50;
const ROUND_MS = 5_000;
const ROUNDS = 3;
const actor = {
  userId: 'usr_1',
  email: 'a@example.org',
  name: 'Ada',
  role: 'ADMIN',
  via: 'api_key',
} as const;

interface Renaming {
  readonly id: number;
  readonly before: string;
  readonly after: string;
}

type Finish = (tx: Tx, renaming: Renaming) => Promise<void>;

const unaudited: Finish = async () => undefined;

const audited: Finish = (tx, { id, before, after }) =>
  recordAudit(tx, {
    actor,
    action: 'updated',
    resourceType: 'setting',
    resourceId: `set_${id}`,
    before: { name: before },
    after: { name: after },
    origin: { requestId: 'req_1', ip: '127.0.0.1', userAgent: 'bench' },
  });

/**
 * The other design: each writer chains its own entry as its last statement. Its lock lasts until its commit.
 */
const chainedInPlace: Finish = async (tx, renaming) => {
  await audited(tx, renaming);
  await tx.query('select pg_advisory_xact_lock(1)');
  const { rows: heads } = await tx.query<{ seq: number; hash: string }>('select seq, hash from bench_head');
  const { rows } = await tx.query<AuditRow & QueryResultRow>(
    'select * from audit_logs where resource_id = $1 order by timestamp desc limit 1',
    [`set_${renaming.id}`],
  );
  const seq = heads[0]!.seq + 1;
  const hash = linkHash(seq, heads[0]!.hash, contentHash(contentOf(rows[0]!)));
  await tx.query('update bench_head set seq = $1, hash = $2', [seq, hash]);
};

function fail(error: unknown): never {
  throw error;
}

/** Fifty writers of the leanest mutation there is, without and with its entry, in turns. */
export async function benchWrites(pool: Pool, signer: AuditSigner): Promise<void> {
  await pool.query('create table bench_items (id integer primary key, name text not null)');
  await pool.query(`insert into bench_items select n, 'name' from generate_series(1, 10000) as n`);
  await pool.query(`create table bench_head as select 0::bigint as seq, repeat('0', 64) as hash`);
  const rates: Record<'unaudited' | 'audited' | 'chained', number[]> = {
    unaudited: [],
    audited: [],
    chained: [],
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.unaudited.push(await writeFor(pool, unaudited));
    const sealer = startAuditSealer({ pool, signer, onError: fail });
    rates.audited.push(await writeFor(pool, audited));
    await sealer.sealNow();
    await sealer.stop();
    rates.chained.push(await writeFor(pool, chainedInPlace));
    await sealAuditLog(pool, { signer, whenBusy: 'wait' });
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  const base = median(rates.unaudited);
  const row = (name: string, values: number[]): string[] => [
    name,
    median(values).toFixed(0),
    (median(values) / base).toFixed(2),
  ];
  table(
    [`${WRITERS} writers at once`, 'writes/s (median of 3)', 'ratio'],
    [
      row('unaudited', rates.unaudited),
      row('audited, chained by the sealer (ours)', rates.audited),
      row('audited, chained under a lock in each transaction', rates.chained),
    ],
  );
}

async function writeFor(pool: Pool, finish: Finish): Promise<number> {
  let writes = 0;
  const until = performance.now() + ROUND_MS;
  const writer = async (seed: number): Promise<void> => {
    for (let turn = seed; performance.now() < until; turn += WRITERS) {
      const id = 1 + (turn % 10_000);
      await withTransaction(pool, async (tx) => {
        const { rows } = await tx.query<{ name: string }>(
          'select name from bench_items where id = $1 for update',
          [id],
        );
        const after = `name ${turn}`;
        await tx.query('update bench_items set name = $2 where id = $1', [id, after]);
        await finish(tx, { id, before: rows[0]!.name, after });
      });
      writes += 1;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, seed) => writer(seed)));
  return writes / (ROUND_MS / 1_000);
}

/** Seals and verifies the whole seeded log. */
export async function benchChain(pool: Pool, signer: AuditSigner): Promise<void> {
  const client = await pool.connect();
  await client.query(`set session_replication_role = replica; truncate audit_chain, audit_segments, audit_unsealed;
    update audit_logs set is_deleted = false where is_deleted;
    insert into audit_unsealed select id from audit_logs;
    update audit_head set seq = 0, hash = decode(repeat('00', 32), 'hex'), segment_first_seq = 1,
      segment_opened_at = null, signed_at = null, public_key = null, signature = null;
    set session_replication_role = origin`);
  client.release();
  const sealing = performance.now();
  const sealed = await sealAuditLog(pool, { signer, whenBusy: 'wait' });
  const verifying = performance.now();
  let highest = process.memoryUsage().rss;
  const before = highest;
  const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20);
  const { valid, checked } = await verifyAuditLog(pool, [signer.publicKey]);
  clearInterval(watch);
  const endedAt = performance.now();
  const perSecond = (count: number, milliseconds: number): string =>
    ((count / milliseconds) * 1_000).toFixed(0);
  table(
    ['chain', 'entries', 's', 'entries/s', 'memory grew by'],
    [
      [
        'sealed',
        String(sealed),
        ((verifying - sealing) / 1_000).toFixed(1),
        perSecond(sealed, verifying - sealing),
        '',
      ],
      [
        valid ? 'verified, whole' : 'verified, BROKEN',
        String(checked),
        ((endedAt - verifying) / 1_000).toFixed(1),
        perSecond(checked, endedAt - verifying),
        `${((highest - before) / 1_048_576).toFixed(0)} MiB`,
      ],
    ],
  );
}
