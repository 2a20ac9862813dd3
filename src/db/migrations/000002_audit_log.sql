-- up
create table audit_logs (
  id             text primary key,
  timestamp      timestamptz not null default clock_timestamp(),
  actor_id       text,
  actor_name     text not null,
  actor_role     text not null,
  action         text not null,
  resource_type  text not null,
  resource_id    text not null,
  before         jsonb,
  after          jsonb,
  reason         text,
  request_id     text,
  origin         jsonb,
  is_deleted     boolean not null default false
);

-- down
drop table audit_logs;
