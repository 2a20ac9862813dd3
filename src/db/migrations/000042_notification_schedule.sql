-- up
alter table notification_settings
  add column schedule_version bigint not null default 1,
  -- The last moment that gave a run.
  add column last_fired_at timestamptz;

-- down
alter table notification_settings
  drop column last_fired_at,
  drop column schedule_version;
