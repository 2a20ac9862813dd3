-- up
-- A run's row changes with everything that happens to it. With no index on what changes, and room on its page, PostgreSQL
-- writes the new version in place and touches none of the indexes. Who looks for silent runs has only the open ones to
-- look through, which this index gives without knowing when they last changed.
drop index runs_unfinished;
create index runs_unfinished on runs (created_at) where finished_at is null;
alter table runs set (fillfactor = 70);
alter table sessions set (fillfactor = 70);

-- down
alter table sessions reset (fillfactor);
alter table runs reset (fillfactor);
drop index runs_unfinished;
create index runs_unfinished on runs (updated_at) where finished_at is null;
