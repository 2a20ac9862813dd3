-- up
-- One row for each SQL run, beside its row in `runs`: what is asked, its place in the queue, how it is getting on, and where
-- its result lies.
create table sql_runs (
  run_id          text primary key references runs (id) on delete cascade,
  owner_id        text not null references users (id),
  -- The command that asked for it: sent again it finds this row.
  command_id      text unique,
  data_source     text not null,
  sql             text not null,
  params          jsonb not null default '[]',
  row_limit       bigint,
  -- What is identical: source, text, parameters and row limit.
  statement_hash  bytea not null,
  -- What is alike: the statement without its constants.
  fingerprint     text not null,
  estimate        jsonb,
  -- Of its place: `following` waits for another run of the same statement, `served` has that one's result.
  place           text not null default 'waiting' check (place in ('waiting', 'admitted', 'following', 'served', 'released')),
  -- The run that has the result, where nothing was run for this one.
  served_by       text,
  queued_at       timestamptz not null default clock_timestamp(),
  admitted_at     timestamptz,
  -- The statement itself, as its latest try told it.
  attempt         integer not null default 0,
  began_at        timestamptz,
  told_at         timestamptz,
  progress        jsonb not null default '{}',
  row_count       bigint,
  bytes           bigint,
  temp_bytes      bigint,
  waiting_on      text,
  peak_memory     bigint,
  -- Of a stored result.
  columns         jsonb,
  truncated       boolean not null default false,
  execution_ms    bigint,
  -- Rows that a failed run had stored, where they are kept.
  partial         jsonb,
  logged_at       timestamptz
);
-- Few rows at a time: the queue and the places.
create index sql_runs_places on sql_runs (queued_at) where place in ('waiting', 'admitted', 'following');
create index sql_runs_same on sql_runs (statement_hash, queued_at desc);
create index sql_runs_unlogged on sql_runs (queued_at) where logged_at is null;
create index sql_runs_owner on sql_runs (owner_id, queued_at desc);

-- Where in the stored object which rows stand, so that a window is read without what lies before it.
create table sql_result_chunks (
  run_id      text not null references sql_runs (run_id) on delete cascade,
  first_row   bigint not null,
  row_count   integer not null,
  first_byte  bigint not null,
  byte_count  integer not null,
  sha256      bytea not null,
  primary key (run_id, first_row)
);

-- What statements that are alike really took: the last runs of each, newest first.
create table sql_statistics (
  data_source  text not null,
  fingerprint  text not null,
  runs         bigint not null default 0,
  recent_ms    bigint[] not null default '{}',
  recent_rows  bigint[] not null default '{}',
  updated_at   timestamptz not null default now(),
  primary key (data_source, fingerprint)
);

-- down
drop table sql_statistics, sql_result_chunks, sql_runs;
