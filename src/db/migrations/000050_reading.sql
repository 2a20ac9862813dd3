-- up
-- Who says that they read a gate, and until when. It blocks nobody.
alter table gates add column reserved_by text references users (id);
alter table gates add column reserved_until timestamptz;

-- The output of a phase that a person looked at last, on whichever device.
create table seen_outputs (
  user_id  text not null references users (id) on delete cascade,
  run_id   text not null references runs (id) on delete cascade,
  phase    integer not null,
  digest   text not null,
  seen_at  timestamptz not null default now(),
  primary key (user_id, run_id, phase)
);
create index seen_outputs_run on seen_outputs (run_id);

-- The filters and columns of a list under a name.
create table saved_views (
  id          text primary key,
  owner_id    text not null references users (id),
  page        text not null,
  name        text not null,
  query       jsonb not null,
  shared      boolean not null default false,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now()
);
create unique index saved_views_name on saved_views (owner_id, page, lower(name));
create index saved_views_created on saved_views (created_at desc, id desc);

-- down
drop table saved_views, seen_outputs;
alter table gates drop column reserved_until, drop column reserved_by;
