-- up
-- A sign-in with an API key lasts no longer than the key. Null: by a one-time link.
alter table web_sessions add column api_key_id text references api_keys (id);
create index web_sessions_user_id on web_sessions (user_id);

-- down
drop index web_sessions_user_id;
alter table web_sessions drop column api_key_id;
