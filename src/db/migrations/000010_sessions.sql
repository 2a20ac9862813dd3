-- up
-- Versions are immutable: a session keeps the one it started with. Deleting hides a template, it removes no version.
create table templates (
  name        text not null,
  version     integer not null,
  -- json, not jsonb: it keeps the order of a schema's members, and models write them in that order.
  definition  json not null,
  sha256      text not null,
  created_by  text references users (id),
  created_at  timestamptz not null default now(),
  deleted_at  timestamptz,
  primary key (name, version)
);

-- What a session is beyond its run: what it was started with, and the phase machine's state as last projected.
create table sessions (
  run_id            text primary key references runs (id) on delete cascade,
  template_name     text not null,
  template_version  integer not null,
  topic             text not null,
  language          text not null,
  input_sha256      text,
  model             text,
  options           jsonb not null,
  state             jsonb not null,
  fork_from         jsonb,
  -- Budget: reserved before a call, settled after it. Null limits do not limit.
  max_tokens        bigint,
  max_cost_usd      numeric(14, 6),
  reserved_tokens   bigint not null default 0,
  reserved_cost_usd numeric(14, 6) not null default 0,
  used_tokens       bigint not null default 0,
  used_cost_usd     numeric(14, 6) not null default 0,
  -- Calls whose model has no known price: the cost above is then a lower bound.
  unpriced_calls    integer not null default 0,
  budget_warned     boolean not null default false,
  foreign key (template_name, template_version) references templates (name, version)
);
-- With the run id, the newest sessions of a version are one range of it: estimates are made of those.
create index sessions_template on sessions (template_name, template_version, run_id);

-- The ledger: one row for each run of a step. A finished row is the checkpoint of everything that went into it.
create table session_steps (
  id              text primary key,
  run_id          text not null references runs (id) on delete cascade,
  phase           integer not null,
  step            text not null check (step in ('THINK', 'EXECUTE', 'INTEGRATE')),
  attempt         integer not null,
  status          text not null check (status in ('running', 'completed', 'failed', 'canceled', 'skipped')),
  -- Hash of input, prompt and template version, model and parameters. One finished row for each key of a session.
  step_key        text,
  prompt_sha256   text,
  output_sha256   text,
  output_bytes    integer,
  origin_step_id  text,
  model_asked     text,
  model_used      text,
  provider        text,
  tokens_in       bigint not null default 0,
  tokens_out      bigint not null default 0,
  tokens_cached   bigint not null default 0,
  tokens_reasoning bigint not null default 0,
  cost_usd        numeric(14, 6),
  finish_reason   text,
  ttft_ms         integer,
  error           jsonb,
  tool_calls      jsonb not null default '[]',
  queued_at       timestamptz not null default now(),
  started_at      timestamptz,
  finished_at     timestamptz
);
create unique index session_steps_checkpoint on session_steps (run_id, step_key) where status = 'completed';
create index session_steps_run on session_steps (run_id, phase, attempt, id);
create index session_steps_finished_at on session_steps (finished_at) where finished_at is not null;

-- Every try of a step, so that retries and what they cost stay visible.
create table session_step_tries (
  step_id      text not null references session_steps (id) on delete cascade,
  try          integer not null,
  started_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  model_used   text,
  tokens_in    bigint not null default 0,
  tokens_out   bigint not null default 0,
  cost_usd     numeric(14, 6),
  error        jsonb,
  primary key (step_id, try)
);

create table gates (
  id             text primary key,
  run_id         text not null references runs (id) on delete cascade,
  phase          integer not null,
  attempt        integer not null,
  phase_title    text not null,
  status         text not null check (status in ('waiting', 'approved', 'edited', 'redone', 'rejected', 'canceled')),
  output_digest  text not null,
  edited_sha256  text,
  opened_at      timestamptz not null,
  deadline_at    timestamptz,
  expired_at     timestamptz,
  decided_at     timestamptz,
  decided_by     text references users (id),
  decided_via    text check (decided_via in ('api', 'console', 'signal', 'timeout')),
  comment        text,
  notes_sha256   text
);
create unique index gates_one_open on gates (run_id) where status = 'waiting';
create index gates_waiting on gates (opened_at) where status = 'waiting';
create index gates_run on gates (run_id, opened_at);

-- down
drop table gates, session_step_tries, session_steps, sessions, templates;
