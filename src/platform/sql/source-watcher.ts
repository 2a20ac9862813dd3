import pg from 'pg';
import type { SourceSight, SourceWatcher } from '../../contracts/sql/ports.js';

/** Looks at a statement from beside it. It sees the awaited event, the holder of the lock and the bytes on disk. */
export async function openWatcher(url: string): Promise<SourceWatcher> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'sluice-sql-watch',
    connectionTimeoutMillis: 3_000,
    statement_timeout: 2_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  return {
    look: (pid) => look(client, pid),
    close: () => client.end().catch(() => undefined),
  };
}

interface Seen {
  type: string | null;
  event: string | null;
  blockers: number[] | null;
  temp: string | null;
}

async function look(client: pg.Client, pid: number): Promise<SourceSight> {
  const { rows } = await client.query<Seen>(
    `select wait_event_type as type, wait_event as event, pg_blocking_pids(pid) as blockers,
            (select sum(size) from pg_ls_tmpdir() where name like 'pgsql_tmp' || $1::text || '.%') as temp
       from pg_stat_activity where pid = $1::int`,
    [pid],
  );
  const [seen] = rows;
  if (seen === undefined) return { waitingOn: null, tempBytes: null };
  return { waitingOn: waitOf(seen), tempBytes: Number(seen.temp ?? 0) };
}

function waitOf({ type, event, blockers }: Seen): string | null {
  if (type === null || event === null || event === 'ClientRead') return null;
  // The reader is slower than the statement: that is a wait for us.
  if (event === 'ClientWrite') return 'the reader of its rows';
  const holders = blockers ?? [];
  const by = holders.length === 0 ? '' : `, held by process ${holders.join(', ')}`;
  return `${type}: ${event}${by}`;
}
