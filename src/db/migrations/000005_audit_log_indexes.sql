-- no-transaction
-- Each filter of the log has an index that ends in the order of the list: a page is one range of it.
-- up
select drop_invalid_index('idx_audit_logs_is_deleted_timestamp');
create index concurrently if not exists idx_audit_logs_is_deleted_timestamp on audit_logs (is_deleted, timestamp desc, id desc);
select drop_invalid_index('idx_audit_logs_resource_type_timestamp');
create index concurrently if not exists idx_audit_logs_resource_type_timestamp on audit_logs (resource_type, timestamp desc, id desc);
select drop_invalid_index('idx_audit_logs_resource_id');
create index concurrently if not exists idx_audit_logs_resource_id on audit_logs (resource_id, timestamp desc, id desc);
select drop_invalid_index('idx_audit_logs_action');
create index concurrently if not exists idx_audit_logs_action on audit_logs (action, timestamp desc, id desc);
select drop_invalid_index('idx_audit_logs_actor_id');
create index concurrently if not exists idx_audit_logs_actor_id on audit_logs (actor_id, timestamp desc, id desc);

-- down
drop index concurrently if exists idx_audit_logs_actor_id;
drop index concurrently if exists idx_audit_logs_action;
drop index concurrently if exists idx_audit_logs_resource_id;
drop index concurrently if exists idx_audit_logs_resource_type_timestamp;
drop index concurrently if exists idx_audit_logs_is_deleted_timestamp;
