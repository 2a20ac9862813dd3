-- up
-- One row: when the daily run comes, and by which rules everything is planned.
create table notification_settings (
  singleton       boolean primary key default true check (singleton),
  thresholds      integer[] not null default '{30,14,7,3,1,0}',
  overdue         boolean not null default true,
  -- The first so many offices, then a person decides; 0: no canary.
  canary_offices  integer not null default 0,
  -- Percent of failed messages at which a run stops and a person decides; 0: never.
  pause_error_rate  integer not null default 50,
  cron            text not null default '0 9 * * *',
  time_zone       text not null default 'UTC',
  enabled         boolean not null default false,
  -- As whom the scheduled runs are made: whoever changed the schedule last.
  owner_id        text references users (id),
  version         bigint not null default 1,
  -- The version that Temporal's schedule was last brought to.
  synced_version  bigint not null default 1,
  updated_at      timestamptz not null default clock_timestamp()
);
insert into notification_settings default values;

-- What one run did for one office, with the facts that it decided on.
create table notification_run_offices (
  run_id       text not null references runs (id) on delete cascade,
  office_id    text not null,
  office_name  text not null,
  status       text not null check (status in ('planned', 'done', 'failed', 'canceled')),
  -- Messages of the plan, by channel.
  planned_email  integer not null default 0,
  planned_push   integer not null default 0,
  held         integer not null default 0,
  email_sent   integer not null default 0,
  email_failed integer not null default 0,
  push_sent    integer not null default 0,
  push_failed  integer not null default 0,
  unknown      integer not null default 0,
  error        text,
  -- The try that works on it: an older one that is still alive does nothing more.
  claim        text,
  -- The date there, and how each deadline stood.
  facts        jsonb not null default '{}',
  -- Of a dry run: what it would send, for whoever executes it.
  plan         jsonb,
  updated_at   timestamptz not null default clock_timestamp(),
  primary key (run_id, office_id)
);

-- A message to one recipient over one channel, about one or more deadlines.
create table notification_deliveries (
  id               text primary key,
  run_id           text not null,
  office_id        text not null,
  staff_id         text not null,
  channel          text not null check (channel in ('email', 'push')),
  -- The staff member for mail, the subscription for push.
  recipient        text not null,
  status           text not null check (status in
                     ('planned', 'held', 'sending', 'sent', 'failed', 'unknown', 'skipped')),
  reason           text,
  next_eligible_at timestamptz,
  attempts         integer not null default 0,
  error            text,
  claim            text,
  message_id       text not null,
  -- What it says: the facts, and the message as it was rendered from them.
  facts            jsonb not null,
  content          jsonb not null,
  created_at       timestamptz not null default clock_timestamp(),
  updated_at       timestamptz not null default clock_timestamp(),
  sent_at          timestamptz
);
create index notification_deliveries_created on notification_deliveries (created_at desc, id desc);
create index notification_deliveries_work on notification_deliveries (run_id, office_id, channel, id)
  where status in ('planned', 'sending');
create index notification_deliveries_run on notification_deliveries (run_id, office_id);
create index notification_deliveries_staff on notification_deliveries (staff_id, created_at desc);
create index notification_deliveries_held on notification_deliveries (next_eligible_at) where status = 'held';

-- What a delivery tells of. The key is the promise that nobody is told twice; `void` gives it back.
create table notification_keys (
  delivery_id  text not null references notification_deliveries (id) on delete cascade,
  deadline_id  text not null,
  recipient    text not null,
  channel      text not null,
  threshold    integer not null,
  due_on       date not null,
  local_date   date not null,
  void         boolean not null default false,
  primary key (delivery_id, deadline_id, threshold)
);
create unique index notification_keys_once on notification_keys (deadline_id, recipient, channel, threshold, due_on)
  where not void;
create unique index notification_keys_day on notification_keys (deadline_id, recipient, channel, threshold, local_date)
  where not void;

-- Who was left out of a run, and why.
create table notification_exclusions (
  run_id       text not null references runs (id) on delete cascade,
  office_id    text not null,
  staff_id     text not null,
  deadline_id  text not null,
  channel      text not null,
  threshold    integer not null,
  reason       text not null,
  detail       text,
  created_at   timestamptz not null default clock_timestamp()
);
create index notification_exclusions_run on notification_exclusions (run_id);
create index notification_exclusions_pair on notification_exclusions (staff_id, deadline_id, created_at desc);

-- Places at the mail server, shared by every worker. A lease that ran out is anybody's.
create table mail_permits (
  slot          integer primary key,
  holder        text,
  leased_until  timestamptz
);
-- Who waits for one, so that whoever has them gives one back.
create table mail_permit_waiters (
  holder   text primary key,
  seen_at  timestamptz not null
);

-- What the built-in mail server took, where no other one is configured.
create table caught_mails (
  id           text primary key,
  mail_from    text not null,
  rcpt_to      text[] not null,
  message_id   text,
  raw          bytea not null,
  received_at  timestamptz not null default clock_timestamp()
);
create index caught_mails_received on caught_mails (received_at desc, id desc);

-- down
drop table caught_mails, mail_permit_waiters, mail_permits, notification_exclusions, notification_keys,
  notification_deliveries, notification_run_offices, notification_settings;
