-- up
-- Who asked what and what came of it. It outlives the run, and is written after it: no run waits for its entry.
create table sql_executions (
  run_id          text primary key,
  user_id         text not null references users (id),
  data_source     text not null,
  sql             text not null,
  fingerprint     text not null,
  outcome         text not null check (outcome in ('completed', 'error', 'canceled')),
  error_code      text,
  cached          boolean not null,
  attempts        integer not null,
  row_count       bigint,
  bytes           bigint,
  queued_ms       bigint,
  execution_ms    bigint,
  estimated_rows  bigint,
  estimated_cost  double precision,
  peak_memory     bigint,
  started_at      timestamptz not null,
  finished_at     timestamptz not null
);
create index sql_executions_finished on sql_executions (finished_at desc, run_id desc);
create index sql_executions_user on sql_executions (user_id, finished_at desc, run_id desc);

create table sql_saved_queries (
  id           text primary key,
  owner_id     text not null references users (id),
  name         text not null,
  sql          text not null,
  data_source  text not null,
  params       jsonb not null default '[]',
  shared       boolean not null default false,
  version      bigint not null default 1,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now()
);
create unique index sql_saved_queries_name on sql_saved_queries (owner_id, lower(name));
create index sql_saved_queries_created on sql_saved_queries (created_at desc, id desc);

-- down
drop table sql_saved_queries, sql_executions;
