-- up
-- The Temporal namespace whose workflows belong to these runs. Another one knows none of them, and nothing is lost there.
create table temporal_home (
  only_one      boolean primary key default true check (only_one),
  namespace_id  text not null,
  namespace     text not null,
  cluster_id    text,
  recorded_at   timestamptz not null default now(),
  -- Why the maintenance stands still; null while it works.
  problem       text,
  problem_since timestamptz
);

-- Work that one process at a time does, and not too often.
create table maintenance_turns (
  name     text primary key,
  next_at  timestamptz not null
);

-- down
drop table maintenance_turns;
drop table temporal_home;
