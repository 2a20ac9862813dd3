-- up
-- Questions that wait for a yes: one statement of one person, once.
create table sql_confirmations (
  token_hash      bytea primary key,
  user_id         text not null references users (id),
  statement_hash  bytea not null,
  estimate        jsonb not null,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  used_at         timestamptz
);
create index sql_confirmations_expired on sql_confirmations (expires_at);

-- Who is not asked again today about statements like this one.
create table sql_remembered (
  user_id      text not null references users (id),
  data_source  text not null,
  fingerprint  text not null,
  day          date not null,
  primary key (user_id, data_source, fingerprint)
);

-- down
drop table sql_remembered, sql_confirmations;
