-- up
create table users (
  id          text primary key,
  email       text not null,
  name        text not null,
  role        text not null check (role in ('ANALYST', 'ADMIN')),
  is_active   boolean not null default true,
  -- Where the user came from: made here, or provisioned from a token's (issuer, subject) on first sight.
  issuer      text,
  subject     text,
  version     bigint not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  unique (issuer, subject)
);
create unique index users_email_key on users (lower(email));

create table api_keys (
  id            text primary key,
  user_id       text not null references users (id),
  name          text not null,
  key_hash      bytea not null unique,
  hint          text not null,
  created_at    timestamptz not null default now(),
  last_used_at  timestamptz,
  expires_at    timestamptz,
  revoked_at    timestamptz
);
create index api_keys_user_id on api_keys (user_id);

create table sign_in_tokens (
  token_hash  bytea primary key,
  user_id     text not null references users (id),
  expires_at  timestamptz not null,
  used_at     timestamptz
);

create table web_sessions (
  token_hash  bytea primary key,
  user_id     text not null references users (id),
  created_at  timestamptz not null default now(),
  expires_at  timestamptz not null
);
create index web_sessions_expires_at on web_sessions (expires_at);

-- Content, once, by its hash. A row is kept while any run has it in run_blobs.
create table blobs (
  sha256        bytea primary key,
  bytes         integer not null,
  content_type  text not null,
  content       bytea not null,
  created_at    timestamptz not null default now(),
  -- Storing the same content again moves this on, so that retention cannot remove it before the new run has it.
  touched_at    timestamptz not null default now()
);
-- Uncompressed, so that a range of a large result is read without the rest of it.
alter table blobs alter column content set storage external;
create index blobs_touched_at on blobs (touched_at);

-- One row for each session or job, whatever its kind: its identity, its state as read, its last event.
create table runs (
  id               text primary key,
  kind             text not null,
  owner_id         text not null references users (id),
  status           text not null default 'queued' check (status in
                     ('queued', 'running', 'waiting_approval', 'paused', 'needs_attention',
                      'completed', 'rejected', 'failed', 'canceled')),
  title            text not null default '',
  input            jsonb not null default '{}',
  -- The argument that the workflow starts with: whoever finds the row can start it, not only who wrote it.
  workflow_input   jsonb not null default '{}',
  progress         jsonb not null default '{}',
  result           jsonb,
  error            jsonb,
  workflow_id      text not null unique,
  workflow_type    text not null,
  task_queue       text not null,
  origin_run_id    text references runs (id) on delete set null,
  origin_relation  text,
  tags             text[] not null default '{}',
  last_pos         bigint not null default 0,
  version          bigint not null default 1,
  -- When Temporal was found to have the workflow by somebody other than who wrote the row.
  handed_over_at   timestamptz,
  cancel_requested_at timestamptz,
  -- When the row was last compared with Temporal.
  checked_at       timestamptz,
  created_at       timestamptz not null default now(),
  started_at       timestamptz,
  finished_at      timestamptz,
  updated_at       timestamptz not null default now(),
  check ((finished_at is not null) = (status in ('completed', 'rejected', 'failed', 'canceled')))
);
create index runs_owner_created on runs (owner_id, created_at desc, id desc);
create index runs_kind_created on runs (kind, created_at desc, id desc);
create index runs_unfinished on runs (updated_at) where finished_at is null;
create index runs_finished_at on runs (finished_at) where finished_at is not null;

create table run_blobs (
  run_id  text not null references runs (id) on delete cascade,
  sha256  bytea not null references blobs (sha256),
  primary key (run_id, sha256)
);
create index run_blobs_sha256 on run_blobs (sha256);

-- What a step came to. A step that is run again, because its worker died, finds its result here.
create table run_checkpoints (
  run_id      text not null references runs (id) on delete cascade,
  step_key    text not null,
  output      jsonb not null,
  created_at  timestamptz not null default now(),
  primary key (run_id, step_key)
);

-- Every failed try of a step: Temporal keeps only the last one.
create table run_step_errors (
  run_id    text not null references runs (id) on delete cascade,
  step_key  text not null,
  try       integer not null,
  error     jsonb not null,
  at        timestamptz not null default clock_timestamp(),
  primary key (run_id, step_key, try)
);

-- What happened, in order: pos is 1..n without gap, allocated under the lock of the run's row.
create table run_events (
  run_id  text not null references runs (id) on delete cascade,
  pos     bigint not null,
  type    text not null,
  data    jsonb not null,
  at      timestamptz not null default clock_timestamp(),
  -- Who wrote it, for example `<workflow run id>:<seq>`: an activity that is run twice writes its event once.
  dedup_key  text,
  primary key (run_id, pos),
  unique (run_id, dedup_key)
);

create table dead_letters (
  id           text primary key,
  run_id       text not null references runs (id) on delete cascade,
  kind         text not null,
  input        jsonb not null,
  errors       jsonb not null default '[]',
  created_at   timestamptz not null default now(),
  replayed_as  text references runs (id) on delete set null
);
create unique index dead_letters_run_id on dead_letters (run_id);
create index dead_letters_created on dead_letters (created_at desc, id desc);

create table idempotency_keys (
  owner_id      text not null,
  key           text not null,
  request_hash  bytea not null,
  status        integer not null,
  headers       jsonb not null,
  body          jsonb,
  created_at    timestamptz not null default now(),
  primary key (owner_id, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);

create table rate_limits (
  key        text primary key,
  used       integer not null,
  reset_at   timestamptz not null
);
create index rate_limits_reset_at on rate_limits (reset_at);

-- down
drop table rate_limits, idempotency_keys, dead_letters, run_events, run_step_errors, run_checkpoints, run_blobs, runs, blobs, web_sessions, sign_in_tokens, api_keys, users;
