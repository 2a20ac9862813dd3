-- up
-- How far the readers of a session have been told: which workflow run, which of its changes, and when.
alter table sessions add column told jsonb;

-- The gate that was open when a command without a digest arrived. The same command sent again is still about that one.
create table command_gates (
  command_id  text primary key,
  run_id      text not null references runs (id) on delete cascade,
  -- Null: none was open.
  gate        jsonb,
  created_at  timestamptz not null default now()
);
create index command_gates_run on command_gates (run_id);

-- down
drop table command_gates;
alter table sessions drop column told;
