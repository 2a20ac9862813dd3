-- up
-- What a try holds of the session's budget until it is settled: with its own use, or as lost with its worker.
alter table session_step_tries
  add column reserved_tokens bigint not null default 0,
  add column reserved_cost_usd numeric(14, 6) not null default 0,
  add column settled boolean not null default false;
update session_step_tries set settled = true where finished_at is not null;
-- A session ran one step at a time, so what it holds belongs to its one open try.
update session_step_tries
   set reserved_tokens = sessions.reserved_tokens, reserved_cost_usd = sessions.reserved_cost_usd
  from session_steps join sessions on sessions.run_id = session_steps.run_id
 where session_steps.id = step_id and not settled and session_steps.status = 'running';
-- Without an open try it was lost, and counts as used.
update sessions
   set used_tokens = used_tokens + reserved_tokens, reserved_tokens = 0,
       used_cost_usd = used_cost_usd + reserved_cost_usd, reserved_cost_usd = 0
 where (reserved_tokens > 0 or reserved_cost_usd > 0)
   and not exists (select from session_steps join session_step_tries on step_id = session_steps.id
                    where session_steps.run_id = sessions.run_id and not settled and session_steps.status = 'running');

-- down
alter table session_step_tries drop column reserved_tokens, drop column reserved_cost_usd, drop column settled;
