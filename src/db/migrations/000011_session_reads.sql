-- up
-- Forks and replays of a run are found by their origin; without it, removing a run also reads the whole table.
create index runs_origin_run_id on runs (origin_run_id) where origin_run_id is not null;
-- How long people took is measured over the gates that were decided in a window.
create index gates_decided_at on gates (decided_at) where decided_at is not null;

-- down
drop index gates_decided_at, runs_origin_run_id;
