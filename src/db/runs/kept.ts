import type { KeptKind } from '../../contracts/operation/kept.js';
import { join, many, nameOf, sql, type Db, type Sql } from '../base/sql.js';

interface KeptTables {
  /** Its rows are the records. */
  readonly main: string;
  /** Tables that go with them. */
  readonly more: readonly string[];
  /** The moment of a record that an index begins with. */
  readonly oldest: Sql;
}

/** The tables of each kind. */
const tables: Readonly<Record<KeptKind, KeptTables>> = {
  runs: {
    main: 'runs',
    more: [
      'sessions',
      'session_steps',
      'session_step_tries',
      'gates',
      'run_events',
      'run_checkpoints',
      'run_step_errors',
      'dead_letters',
      'sql_runs',
      'notification_run_offices',
    ],
    oldest: sql`select min(finished_at) from runs where finished_at is not null`,
  },
  contents: {
    main: 'blobs',
    more: ['run_blobs'],
    oldest: sql`select min(touched_at) from blobs`,
  },
  results: {
    main: 'objects',
    more: ['sql_result_chunks'],
    oldest: sql`select min(created_at) from objects`,
  },
  sql_log: {
    main: 'sql_executions',
    more: [],
    oldest: sql`select min(finished_at) from sql_executions`,
  },
  webhook_deliveries: {
    main: 'webhook_deliveries',
    more: ['webhook_attempts'],
    oldest: sql`select min(finished_at) from webhook_deliveries where finished_at is not null`,
  },
  notification_deliveries: {
    main: 'notification_deliveries',
    more: ['notification_keys', 'notification_exclusions'],
    oldest: sql`select min(created_at) from notification_deliveries`,
  },
  caught_mails: {
    main: 'caught_mails',
    more: [],
    oldest: sql`select min(received_at) from caught_mails`,
  },
  audit_log: {
    main: 'audit_logs',
    more: ['audit_chain', 'audit_segments'],
    oldest: sql`select least((select min(timestamp) from audit_logs where not is_deleted),
                             (select min(timestamp) from audit_logs where is_deleted))`,
  },
  idempotency_keys: {
    main: 'idempotency_keys',
    more: [],
    oldest: sql`select min(created_at) from idempotency_keys`,
  },
};

export interface KeptRow {
  readonly kind: KeptKind;
  readonly rows: number;
  readonly isEstimate: boolean;
  readonly bytes: number;
  readonly oldestAt: string | null;
}

/** Beyond so many rows of a table their number is estimated: counting all of them takes time. */
const MOST_COUNTED = 10_000;

/** How much is kept of each kind, in one statement whose time does not grow with the tables. */
export function measureKept(db: Db): Promise<KeptRow[]> {
  const parts = (Object.keys(tables) as KeptKind[]).map((kind) => measureKind(kind, tables[kind]));
  return many<KeptRow>(
    db,
    sql`select kind, case when counted > ${MOST_COUNTED} then greatest(estimated, counted) else counted end as rows,
               counted > ${MOST_COUNTED} as "isEstimate", bytes, "oldestAt"
          from (${join(parts, sql` union all `)}) as kept`,
  );
}

function measureKind(kind: KeptKind, { main, more, oldest }: KeptTables): Sql {
  const all = [main, ...more];
  return sql`select ${kind}::text as kind,
                    (select count(*) from (select from ${nameOf(main)} limit ${MOST_COUNTED + 1}) as first) as counted,
                    (select reltuples::bigint from pg_class where oid = ${main}::regclass) as estimated,
                    (select sum(pg_total_relation_size(name::regclass))::bigint from unnest(${all}::text[]) as name) as bytes,
                    (${oldest}) as "oldestAt"`;
}
