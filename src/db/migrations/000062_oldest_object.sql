-- up
-- The oldest result that is kept is read without looking at all of them.
create index objects_created_at on objects (created_at);

-- down
drop index objects_created_at;
