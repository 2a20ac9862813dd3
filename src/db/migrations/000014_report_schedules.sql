-- up
create table report_schedules (
  id              text primary key,
  owner_id        text not null references users (id),
  name            text not null,
  cron            text not null,
  time_zone       text not null,
  -- The body of POST /generate-report, as it was accepted.
  report          jsonb not null,
  enabled         boolean not null default true,
  version         bigint not null default 1,
  -- The version that Temporal's schedule was last brought to; behind `version` it waits for the sweeper.
  synced_version  bigint not null default 0,
  synced_at       timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  -- Kept until Temporal's schedule is gone too.
  deleted_at      timestamptz
);
create index report_schedules_created on report_schedules (created_at desc, id desc) where deleted_at is null;
create index report_schedules_owner on report_schedules (owner_id, created_at desc, id desc) where deleted_at is null;
create index report_schedules_behind on report_schedules (updated_at) where synced_version < version;

-- Every time that a schedule was due or that somebody triggered it, with the job that came of it or why none did.
create table report_schedule_firings (
  id            text primary key,
  schedule_id   text not null references report_schedules (id) on delete cascade,
  scheduled_at  timestamptz not null,
  cause         text not null check (cause in ('schedule', 'person')),
  run_id        text unique references runs (id) on delete cascade,
  -- `{code, message}`
  skipped       jsonb,
  created_at    timestamptz not null default clock_timestamp(),
  check (num_nonnulls(run_id, skipped) = 1)
);
-- Temporal may tell a firing more than once.
create unique index report_schedule_firings_due on report_schedule_firings (schedule_id, scheduled_at)
  where cause = 'schedule';
create index report_schedule_firings_log on report_schedule_firings (schedule_id, created_at desc, id desc);
create index report_schedule_firings_skipped on report_schedule_firings (created_at) where run_id is null;

-- down
drop table report_schedule_firings, report_schedules;
