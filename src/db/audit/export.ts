import type { Pool } from 'pg';
import { GENESIS_HASH, type AuditSigner, type ChainPoint } from '../../crypto/audit-chain.js';
import { AUDIT_FILE_FORMAT, type AuditRecord } from '../../crypto/audit-file.js';
import type { AuditFilters } from '../../contracts/audit/log.js';
import { auditConditions } from './query.js';
import { auditColumns, contentOf, hidingEntry, type AuditRow } from './rows.js';
import { readHead, readSegments } from './segments.js';
import { many, maybeOne, one, sql, type Db, type Sql } from '../base/sql.js';

const PAGE = 2_000;

type ExportRow = {
  seq: number;
  content_hash: string;
  hash: string;
  matches: boolean;
  hidden_within: boolean;
} & AuditRow;

/** The stretch of the chain that a file carries. */
interface Stretch {
  readonly first: number;
  readonly last: number;
}

/**
 * The records of a file (crypto/audit-file.ts): from first to last matching entry without a gap, page by page. Each
 * page is its own statement. A snapshot as long as the slowest reader would keep the whole database from cleaning up.
 * The chain does not change behind the end that was read first; only retention may take its beginning away.
 */
export async function* auditExportRecords(
  db: Pool,
  filters: AuditFilters,
  signer: AuditSigner,
): AsyncGenerator<AuditRecord> {
  const range = await matchingRange(db, filters);
  let end = await pointBefore(db, range.first);
  yield { type: 'header', format: AUDIT_FILE_FORMAT, after: end };
  while (end.seq < range.last) {
    const rows = await readPage(db, { filters, stretch: range, after: end.seq });
    if (rows[0]?.seq !== end.seq + 1) throw new Error('the log was shortened while it was exported');
    for (const row of rows) yield recordOf(row);
    const { seq, hash } = rows.at(-1)!;
    end = { seq, hash };
  }
  const signedAt = `${new Date().toISOString().slice(0, 19)}Z`;
  yield { type: 'checkpoint', checkpoint: signer.sign(end.seq, end.hash, signedAt) };
}

function recordOf(row: ExportRow): AuditRecord {
  const { seq, hash } = row;
  if (!row.matches) return { type: 'link', seq, hash, contentHash: row.content_hash };
  return { type: 'entry', seq, hash, entry: contentOf(row), isDeleted: row.hidden_within };
}

/** Empty, after the end of the chain, when nothing matches. */
async function matchingRange(db: Db, filters: AuditFilters): Promise<Stretch> {
  const { first, last } = await one<{ first: number | null; last: number | null }>(
    db,
    sql`select min(c.seq) as first, max(c.seq) as last
          from audit_logs a join audit_chain c on c.audit_id = a.id where ${visible(filters)}`,
  );
  if (first !== null && last !== null) return { first, last };
  const { seq } = await readHead(db);
  return { first: seq + 1, last: seq };
}

async function pointBefore(db: Db, first: number): Promise<ChainPoint> {
  const seq = first - 1;
  const link = await maybeOne<{ hash: string }>(
    db,
    sql`select encode(hash, 'hex') as hash from audit_chain where seq = ${seq}`,
  );
  if (link !== undefined) return { seq, hash: link.hash };
  const pruned = (await readSegments(db)).find((segment) => segment.checkpoint.seq === seq);
  return { seq, hash: pruned?.checkpoint.hash ?? GENESIS_HASH };
}

async function readPage(
  db: Db,
  {
    filters,
    stretch,
    after,
  }: { readonly filters: AuditFilters; readonly stretch: Stretch; readonly after: number },
): Promise<ExportRow[]> {
  return many<ExportRow>(
    db,
    sql`select c.seq, encode(c.content_hash, 'hex') as content_hash, encode(c.hash, 'hex') as hash,
               ${auditColumns}, coalesce(${visible(filters)}, false) as matches,
               case when a.is_deleted then ${hiddenWithin(stretch)} else false end as hidden_within
          from audit_chain c left join audit_logs a on a.id = c.audit_id
         where c.seq > ${after} and c.seq <= ${stretch.last} order by c.seq limit ${PAGE}`,
  );
}

/**
 * For a hidden `a`: whether the file can prove it (F3). The hiding entry may be outside the range, or committed but
 * not sealed yet. Hidden by nothing at all is what the file must not cover up.
 */
function hiddenWithin({ first, last }: Stretch): Sql {
  return sql`coalesce((
    select bool_or(coalesce(h.seq between ${first} and ${last}, false))
      from audit_logs d left join audit_chain h on h.audit_id = d.id
     where d.resource_id = a.id and ${hidingEntry}), true)`;
}

function visible(filters: AuditFilters): Sql {
  return sql`(${filters.includeDeleted ? sql`true` : sql`not a.is_deleted`} and ${auditConditions(filters)})`;
}
