-- up
-- Metrics count what ended since the last scrape.
create index notification_deliveries_ended on notification_deliveries (updated_at)
  where status in ('sent', 'failed', 'unknown');
-- How many deliveries wait, and since when, is asked with every scrape.
create index webhook_deliveries_waiting on webhook_deliveries (next_attempt_at) where finished_at is null;

-- down
drop index webhook_deliveries_waiting, notification_deliveries_ended;
