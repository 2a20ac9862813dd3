-- up
-- A concurrent build that was cut off leaves an invalid index under its name, which `if not exists` would take for done.
-- Migrations call this before such a build, so that running them again finds the leftover and builds anew.
create function drop_invalid_index(name text) returns void language plpgsql as $$
begin
  if exists (select from pg_index where indexrelid = to_regclass(quote_ident(name)) and not indisvalid) then
    execute format('drop index %I', name);
  end if;
end $$;

-- down
drop function drop_invalid_index(text);
