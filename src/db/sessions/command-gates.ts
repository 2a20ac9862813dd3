import type { GateName } from '../../domain/sessions/commands.js';
import { maybeOne, sql, type Db } from '../base/sql.js';

/**
 * The gate that a command is about: the one that was open when it came for the first time. Sent again, after a 503 or a
 * crash, it may find the next gate open, which nobody has seen.
 */
export async function bindGate(
  db: Db,
  command: { readonly commandId: string; readonly sessionId: string },
  open: GateName | null,
): Promise<GateName | null> {
  const { commandId, sessionId } = command;
  const row = await maybeOne<{ gate: GateName | null }>(
    db,
    sql`with bound as (
          insert into command_gates (command_id, run_id, gate) values (${commandId}, ${sessionId}, ${open})
          on conflict (command_id) do nothing
          returning gate)
        select gate from bound
        union all
        select gate from command_gates where command_id = ${commandId}`,
  );
  return row?.gate ?? null;
}
