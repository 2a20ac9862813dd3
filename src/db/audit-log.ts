import type { Origin, Principal } from '../contracts/principal.js';
import { newId } from '../contracts/ids.js';
import { sql, execute } from './sql.js';
import type { Tx } from './transaction.js';

export type AuditResource =
  | 'user'
  | 'api_key'
  | 'session'
  | 'gate'
  | 'template'
  | 'job'
  | 'sql_session'
  | 'office'
  | 'staff'
  | 'deadline'
  | 'webhook'
  | 'audit_log'
  | 'setting';

/** Who did it: a signed-in person, or the system itself (reconciler, retention, a timed-out gate). */
export type AuditActor = Principal | { readonly system: string };

export interface AuditEntry {
  actor: AuditActor;
  /** Past-tense verb, for example `created`, `canceled`, `role_changed`. */
  action: string;
  resourceType: AuditResource;
  resourceId: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string;
  origin?: Origin;
}

/** Writes one entry in the caller's transaction: the change and its record commit together or not at all. */
export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  const actor =
    'system' in entry.actor ? { userId: null, role: 'SYSTEM', name: entry.actor.system } : entry.actor;
  await execute(
    tx,
    sql`insert into audit_logs (id, actor_id, actor_name, actor_role, action, resource_type, resource_id,
                                before, after, reason, request_id, origin)
        values (${newId('audit')}, ${actor.userId}, ${actor.name}, ${actor.role}, ${entry.action},
                ${entry.resourceType}, ${entry.resourceId}, ${entry.before ?? null}, ${entry.after ?? null},
                ${entry.reason ?? null}, ${entry.origin?.requestId ?? null}, ${entry.origin ?? null})`,
  );
}
