-- no-transaction
-- Every list is ordered by (created_at desc, id desc), so that pair ends each index: a page is one range of it.
-- up
select drop_invalid_index('idx_users_created_at_desc');
create index concurrently if not exists idx_users_created_at_desc on users (created_at desc, id desc);
select drop_invalid_index('idx_users_role');
create index concurrently if not exists idx_users_role on users (role, created_at desc, id desc);
select drop_invalid_index('idx_users_role_is_active');
create index concurrently if not exists idx_users_role_is_active on users (role, is_active, created_at desc, id desc);
select drop_invalid_index('idx_users_created_at_is_active');
create index concurrently if not exists idx_users_created_at_is_active on users (is_active, created_at desc, id desc);
select drop_invalid_index('idx_users_name_prefix');
create index concurrently if not exists idx_users_name_prefix on users (lower(name) text_pattern_ops);
select drop_invalid_index('idx_users_email_prefix');
create index concurrently if not exists idx_users_email_prefix on users (lower(email) text_pattern_ops);

-- down
drop index concurrently if exists idx_users_email_prefix;
drop index concurrently if exists idx_users_name_prefix;
drop index concurrently if exists idx_users_created_at_is_active;
drop index concurrently if exists idx_users_role_is_active;
drop index concurrently if exists idx_users_role;
drop index concurrently if exists idx_users_created_at_desc;
