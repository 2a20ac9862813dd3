-- up
-- An id as domain/sortable-id.ts makes it, for rows that a statement makes out of others.
create function sortable_id(prefix text) returns text language sql volatile as $$
  select prefix || '_' || string_agg(
           substr('0123456789abcdefghjkmnpqrstvwxyz', (substring(bits from 5 * place + 1 for 5))::bit(5)::integer + 1, 1),
           '' order by place)
    from (select b'00' || ('x' || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
                 -- Without the digits of a random UUID that are not random.
                 || substr(random, 1, 12) || substr(random, 14, 3) || substr(random, 18, 5))::bit(128) as bits
            from (select replace(gen_random_uuid()::text, '-', '') as random) as drawn) as made,
         generate_series(0, 25) as place
$$;

create table webhooks (
  id                     text primary key,
  url                    text not null,
  description            text not null default '',
  -- Names of events, or `*` for all of them.
  events                 text[] not null,
  is_active              boolean not null default true,
  -- Why the system switched it off; null when a person did.
  disabled_reason        text,
  disabled_at            timestamptz,
  -- Encrypted: see contracts/webhook-secret.ts. The previous one signs beside the new one for a while.
  secret                 bytea,
  previous_secret        bytea,
  previous_secret_until  timestamptz,
  last_success_at        timestamptz,
  -- Since when nothing got through.
  failing_since          timestamptz,
  -- What the receiver asked for with Retry-After.
  hold_until             timestamptz,
  -- Until then somebody is at work on its deliveries, or was told to be.
  busy_until             timestamptz,
  version                bigint not null default 1,
  created_by             text references users (id),
  created_at             timestamptz not null default now(),
  updated_at             timestamptz not null default now(),
  deleted_at             timestamptz
);
create index webhooks_created on webhooks (created_at desc, id desc) where deleted_at is null;

-- One row for each event and endpoint, written by the transaction that commits the event.
create table webhook_deliveries (
  id               text primary key default sortable_id('dlv'),
  webhook_id       text not null references webhooks (id) on delete cascade,
  -- What is delivered: an event of a run, or a body of its own (tests, news about webhooks).
  run_id           text,
  pos              bigint,
  event_type       text not null,
  body             jsonb,
  -- The delivery that this one sends again, under its message id.
  origin_id        text references webhook_deliveries (id) on delete set null,
  message_id       text,
  status           text not null default 'pending'
                     check (status in ('pending', 'delivering', 'delivered', 'failed', 'canceled')),
  attempts         integer not null default 0,
  next_attempt_at  timestamptz default clock_timestamp(),
  created_at       timestamptz not null default clock_timestamp(),
  finished_at      timestamptz,
  foreign key (run_id, pos) references run_events (run_id, pos) on delete cascade,
  check ((run_id is null) = (body is not null)),
  check ((finished_at is null) = (status in ('pending', 'delivering')))
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_attempt_at, id)
  where status in ('pending', 'delivering');
create index webhook_deliveries_log on webhook_deliveries (webhook_id, created_at desc, id desc);
create index webhook_deliveries_failed on webhook_deliveries (webhook_id, created_at desc, id desc)
  where status = 'failed';
create index webhook_deliveries_event on webhook_deliveries (run_id, pos) where run_id is not null;
create index webhook_deliveries_origin on webhook_deliveries (origin_id) where origin_id is not null;
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;

-- Every request, begun before its first byte goes out: one whose end nobody knows is seen.
create table webhook_attempts (
  delivery_id  text not null references webhook_deliveries (id) on delete cascade,
  attempt      integer not null,
  started_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  duration_ms  integer,
  status_code  integer,
  error        text,
  detail       text,
  excerpt      text,
  primary key (delivery_id, attempt)
);

-- A dead letter is about a run or about a delivery.
alter table dead_letters
  alter column run_id drop not null,
  add column delivery_id text unique references webhook_deliveries (id) on delete cascade,
  add column replayed_delivery_id text references webhook_deliveries (id) on delete set null,
  add check (num_nonnulls(run_id, delivery_id) = 1);
create index dead_letters_replayed_delivery on dead_letters (replayed_delivery_id)
  where replayed_delivery_id is not null;

-- down
delete from dead_letters where run_id is null;
alter table dead_letters
  drop column replayed_delivery_id,
  drop column delivery_id,
  alter column run_id set not null;
drop table webhook_attempts, webhook_deliveries, webhooks;
drop function sortable_id;
