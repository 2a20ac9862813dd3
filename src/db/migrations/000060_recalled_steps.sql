-- up
-- The first step of the newest activity that begins no further one: its session has taken a command meanwhile.
alter table sessions add column recalled_step text collate "C";

-- down
alter table sessions drop column recalled_step;
