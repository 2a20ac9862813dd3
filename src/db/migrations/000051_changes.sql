-- up
-- Which transaction wrote an event. Below the oldest transaction that still runs this gives all events of all runs an
-- order that no later commit can get into. Events of before have none, and are in no such order.
alter table run_events add column tx xid8;
alter table run_events alter column tx set default pg_current_xact_id();
create index run_events_tx on run_events (tx, run_id, pos) where tx is not null;

-- down
drop index run_events_tx;
alter table run_events drop column tx;
