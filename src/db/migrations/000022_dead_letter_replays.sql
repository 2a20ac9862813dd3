-- up
-- Removing a run looks here for the letters that were replayed as it.
create index dead_letters_replayed_as on dead_letters (replayed_as) where replayed_as is not null;

-- down
drop index dead_letters_replayed_as;
