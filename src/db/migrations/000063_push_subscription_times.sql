-- up
-- A new device was changed before it was made: now() is the moment at which its transaction began.
alter table push_subscriptions alter column updated_at set default clock_timestamp();

-- down
alter table push_subscriptions alter column updated_at set default now();
