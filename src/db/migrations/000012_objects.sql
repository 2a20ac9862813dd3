-- up
-- What lies in the object store, each with the run it was made for. A row is committed before the first byte is written
-- and goes after the last one is removed, so nothing in the store is ever unknown here.
create table objects (
  key          text primary key,
  run_id       text references runs (id) on delete set null,
  created_at   timestamptz not null default now(),
  -- Decided on by the retention: from here on it is gone for readers, whether or not the store has removed it yet.
  released_at  timestamptz
);
create index objects_run_id on objects (run_id);

-- down
drop table objects;
