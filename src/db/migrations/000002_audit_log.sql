-- up
create table audit_logs (
  id             text primary key,
  timestamp      timestamptz not null default clock_timestamp(),
  -- The actor as they were then. No foreign key: an entry outlives what it speaks of.
  actor_id       text,
  actor_name     text not null,
  actor_email    text,
  actor_role     text not null,
  action         text not null,
  resource_type  text not null,
  resource_id    text not null,
  before         jsonb,
  after          jsonb,
  reason         text,
  request_id     text,
  origin         jsonb,
  is_deleted     boolean not null default false
);

-- Committed entries that have no place in the chain yet. The sealer empties it; it is never searched, so no index.
create table audit_unsealed (audit_id text not null);

-- The chain. hash = sha256(seq, hash of seq - 1, content_hash); a table of its own, so that audit_logs is written once.
create table audit_chain (
  seq           bigint primary key,
  audit_id      text not null unique,
  content_hash  bytea not null,
  hash          bytea not null
);

-- Where the chain ends, with a signed checkpoint. Its row lock is what lets only one sealer append at a time.
create table audit_head (
  only_row    boolean primary key default true check (only_row),
  seq         bigint not null,
  hash        bytea not null,
  segment_first_seq  bigint not null,
  segment_opened_at  timestamptz,
  signed_at   timestamptz,
  public_key  bytea,
  signature   bytea
);
insert into audit_head (seq, hash, segment_first_seq) values (0, decode(repeat('00', 32), 'hex'), 1);

-- Closed stretches of the chain, each ending in a signed checkpoint. Retention prunes whole segments from the oldest on
-- and keeps their rows here, so that the rest still has a signed beginning.
create table audit_segments (
  first_seq   bigint primary key,
  last_seq    bigint not null unique,
  last_hash   bytea not null,
  signed_at   timestamptz not null,
  public_key  bytea not null,
  signature   bytea not null,
  pruned_at   timestamptz
);

-- Append-only, whatever the program above does. Two things pass: setting is_deleted, and prune_audit_segment below.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if current_setting('sluice.audit_pruning', true) = 'on' then
    return coalesce(new, old);
  end if;
  if tg_op = 'UPDATE' and tg_table_name = 'audit_logs' then
    if (to_jsonb(new) ->> 'is_deleted')::boolean and to_jsonb(new) - 'is_deleted' = to_jsonb(old) - 'is_deleted' then
      return new;
    end if;
  end if;
  raise exception 'the audit log is append-only: % on % is refused', lower(tg_op), tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create trigger audit_logs_append_only before update or delete on audit_logs
  for each row execute function refuse_audit_change();
create trigger audit_chain_append_only before update or delete on audit_chain
  for each row execute function refuse_audit_change();
create trigger audit_segments_append_only before update or delete on audit_segments
  for each row execute function refuse_audit_change();
create trigger audit_logs_no_truncate before truncate on audit_logs
  for each statement execute function refuse_audit_change();
create trigger audit_chain_no_truncate before truncate on audit_chain
  for each statement execute function refuse_audit_change();
create trigger audit_segments_no_truncate before truncate on audit_segments
  for each statement execute function refuse_audit_change();

-- The only way out of the log: the oldest kept segment, as a whole, when all of it is older than asked for.
-- Gives what went, or no row when there is nothing to prune.
create function prune_audit_segment(older_than timestamptz) returns table (first_seq bigint, last_seq bigint, entries bigint)
language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  oldest audit_segments;
  removed bigint;
begin
  if older_than > now() - interval '1 day' then
    raise exception 'audit entries are kept for a day at least';
  end if;
  select * into oldest from audit_segments s where s.pruned_at is null order by s.first_seq limit 1 for update;
  if not found then
    return;
  end if;
  if exists (select from audit_chain c join audit_logs a on a.id = c.audit_id
              where c.seq between oldest.first_seq and oldest.last_seq and a.timestamp >= older_than) then
    return;
  end if;
  -- Here and not in a SET clause of the function: only a superuser may give it a setting with a name of our own.
  -- An error in between takes it back with everything else.
  perform set_config('sluice.audit_pruning', 'on', true);
  delete from audit_logs a using audit_chain c
   where c.audit_id = a.id and c.seq between oldest.first_seq and oldest.last_seq;
  get diagnostics removed = row_count;
  delete from audit_chain c where c.seq between oldest.first_seq and oldest.last_seq;
  update audit_segments s set pruned_at = now() where s.first_seq = oldest.first_seq;
  perform set_config('sluice.audit_pruning', 'off', true);
  return query select oldest.first_seq, oldest.last_seq, removed;
end $$;

-- down
drop function prune_audit_segment(timestamptz);
drop table audit_segments, audit_head, audit_chain, audit_unsealed, audit_logs;
drop function refuse_audit_change();
