-- up
-- A browser gives a device a new address and new keys; whoever changes the record names the version that they read.
alter table push_subscriptions
  add column version    integer not null default 1,
  add column updated_at timestamptz not null default now();

-- down
alter table push_subscriptions drop column version, drop column updated_at;
