import type { Pool } from 'pg';
import { readMigrations } from '../../../src/db/base/migrate.js';

/** The migrations that build the indexes of users and audit_logs; they may be run again at any time. */
const INDEX_MIGRATIONS = ['000004_user_indexes', '000005_audit_log_indexes'];

async function runIndexMigrations(pool: Pool, direction: 'up' | 'down', folder?: string): Promise<void> {
  for (const migration of await readMigrations(folder)) {
    if (!INDEX_MIGRATIONS.includes(migration.name)) continue;
    for (const statement of migration[direction].split(/;\s*$/m).filter((part) => part.trim() !== '')) {
      await pool.query(statement);
    }
  }
}

export async function dropIndexes(pool: Pool, folder?: string): Promise<void> {
  await runIndexMigrations(pool, 'down', folder);
}

export async function buildIndexes(pool: Pool, folder?: string): Promise<void> {
  await runIndexMigrations(pool, 'up', folder);
}

/**
 * Inserts users and entries in sets of one statement each, five rows to a moment, before the indexes. A million
 * of both takes well under a minute. Of the users 2 % are administrators and 10 % are not active; 1 % of the
 * entries are hidden. As in a real log most entries are about sessions and jobs, and few about users and
 * settings. The links carry no real hashes.
 */
export async function seedUsersAndAudit(pool: Pool, count: number, folder?: string): Promise<void> {
  await dropIndexes(pool, folder);
  await Promise.all([seedUsers(pool, count), seedAuditLogs(pool, count)]);
  await buildIndexes(pool, folder);
  await Promise.all(
    ['users', 'audit_logs', 'audit_chain'].map((table) => pool.query(`vacuum analyze ${table}`)),
  );
}

async function seedUsers(pool: Pool, count: number): Promise<void> {
  await pool.query(
    `insert into users (id, email, name, role, is_active, created_at, updated_at)
     select 'usr_' || lpad(to_hex(n), 26, '0'),
            'person' || n || '@' || (array['example.org', 'example.com', 'example.net'])[1 + n % 3],
            (array['Ada','Ben','Chloe','Dan','Eva','Finn','Gia','Hugo','Iris','Jon','Kim','Liam','Mia','Noah','Olga','Paul'])
              [1 + n % 16] || ' ' ||
            (array['Abbot','Baker','Cook','Dyer','Ellis','Fisher','Gardner','Hunter','Ito','Judge','Knight','Mason','Nakamura',
                   'Osman','Potter','Quint','Reed','Sato','Turner','Usher','Vogel','Weaver','Young','Zimmer'])
              [1 + (n / 16) % 24] || ' ' || n,
            case when n % 50 = 0 then 'ADMIN' else 'ANALYST' end, n % 10 <> 3,
            timestamptz '2026-01-01' + (n / 5) * interval '60.000007 seconds',
            timestamptz '2026-01-01'
       from generate_series(1, $1::int) as n`,
    [count],
  );
}

async function seedAuditLogs(pool: Pool, count: number): Promise<void> {
  await pool.query(
    `insert into audit_logs (id, timestamp, actor_id, actor_name, actor_email, actor_role, action, resource_type,
                             resource_id, after, request_id, is_deleted)
     select 'aud_' || lpad(to_hex(n), 26, '0'), timestamptz '2026-01-01' + (n / 5) * interval '45.000003 seconds',
            'usr_' || lpad(to_hex(1 + (n * 7919::bigint) % 10000), 26, '0'), 'Somebody', 'somebody@example.org', 'ADMIN',
            case when n % 1000 = 1 then 'exported' when n % 100 = 2 then 'revoked'
                 else (array['created','updated','started','completed'])[1 + n % 4] end,
            case when n % 2000 = 3 then 'setting' when n % 100 = 4 then 'user' when n % 50 = 5 then 'gate'
                 else (array['session','job','sql_session'])[1 + n % 3] end,
            'ses_' || lpad(to_hex((n * 104729::bigint) % 100000), 26, '0'),
            '{"status":"completed"}', 'req_' || n, n % 100 = 7
       from generate_series(1, $1::int) as n`,
    [count],
  );
  await pool.query(
    `insert into audit_chain (seq, audit_id, content_hash, hash)
     select row_number() over (order by timestamp, id), id, sha256(id::bytea), sha256(id::bytea) from audit_logs`,
  );
}
