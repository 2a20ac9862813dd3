-- up
create table offices (
  id           text primary key,
  -- What the system that offices are imported from calls it.
  external_id  text unique,
  name         text not null,
  -- Not checked here: an office whose zone is broken fails by itself and is named.
  time_zone    text not null,
  is_active    boolean not null default true,
  version      bigint not null default 1,
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp()
);
create index offices_created on offices (created_at desc, id desc);
create index offices_active on offices (id) where is_active;

create table staff (
  id                text primary key,
  office_id         text not null references offices (id) on delete cascade,
  name              text not null,
  email             text not null,
  language          text not null default 'en' check (language in ('en', 'ja')),
  notify_email      boolean not null default true,
  notify_push       boolean not null default true,
  email_mute_until  timestamptz,
  push_mute_until   timestamptz,
  digest            boolean not null default true,
  -- Wall clock times of the office, `22:00`; both or none.
  quiet_from        text check (quiet_from ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  quiet_to          text check (quiet_to ~ '^([01]\d|2[0-3]):[0-5]\d$'),
  is_active         boolean not null default true,
  -- What the receiving server said when it refused the address for good. A new address clears it.
  suppressed        text,
  suppressed_at     timestamptz,
  version           bigint not null default 1,
  created_at        timestamptz not null default clock_timestamp(),
  updated_at        timestamptz not null default clock_timestamp(),
  check ((quiet_from is null) = (quiet_to is null))
);
create unique index staff_address on staff (office_id, lower(email));
create index staff_created on staff (created_at desc, id desc);
create index staff_office on staff (office_id, id);

create table deadlines (
  id           text primary key,
  office_id    text not null references offices (id) on delete cascade,
  external_id  text unique,
  title        text not null,
  due_on       date not null,
  state        text not null default 'open' check (state in ('open', 'closed')),
  critical     boolean not null default false,
  version      bigint not null default 1,
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp()
);
create index deadlines_created on deadlines (created_at desc, id desc);
create index deadlines_open on deadlines (office_id, due_on) where state = 'open';

create table push_subscriptions (
  id          text primary key,
  staff_id    text not null references staff (id) on delete cascade,
  endpoint    text not null unique,
  p256dh      text not null,
  auth        text not null,
  created_at  timestamptz not null default clock_timestamp()
);
create index push_subscriptions_staff on push_subscriptions (staff_id, id);
create index push_subscriptions_created on push_subscriptions (created_at desc, id desc);

-- down
drop table push_subscriptions, deadlines, staff, offices;
