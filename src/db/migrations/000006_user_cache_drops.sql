-- up
-- Whoever changes users, in whatever program, the caches of all processes hear of it at the commit.
create function announce_user_change() returns trigger language plpgsql as $$
begin
  perform pg_notify('cache_dropped', 'users:' || pg_current_xact_id());
  perform pg_notify('cache_dropped', 'user-stats:' || pg_current_xact_id());
  return null;
end $$;

create trigger users_drop_caches after insert or update or delete or truncate on users
  for each statement execute function announce_user_change();

-- down
drop trigger users_drop_caches on users;
drop function announce_user_change();
