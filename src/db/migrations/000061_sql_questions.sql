-- up
-- Statements that wait for a yes, as the inbox of their person shows them: one row a statement while it is open.
create table sql_questions (
  id              text primary key,
  user_id         text not null references users (id),
  statement_hash  bytea not null,
  data_source     text not null,
  sql             text not null,
  params          jsonb not null,
  row_limit       integer,
  estimate        jsonb not null,
  asked_at        timestamptz not null default now(),
  expires_at      timestamptz not null,
  settled_at      timestamptz
);
create unique index sql_questions_open on sql_questions (user_id, statement_hash) where settled_at is null;
create index sql_questions_expired on sql_questions (expires_at);

-- down
drop table sql_questions;
