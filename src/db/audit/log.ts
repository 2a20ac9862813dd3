import type { AuditResource } from '../../contracts/audit/log.js';
import { newId } from '../../contracts/ids.js';
import type { Origin, Principal } from '../../contracts/users/principal.js';
import { auditText, diffStates } from '../../domain/audit/diff.js';
import { execute, prepared, sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

export type { AuditResource };

/** The author: a signed-in person, or the system itself (reconciler, retention, a timed-out gate). */
export type AuditActor = Principal | { readonly system: string };

export interface AuditEntry {
  actor: AuditActor;
  /** Past-tense verb, for example `created`, `canceled`, `role_changed`. */
  action: string;
  resourceType: AuditResource;
  resourceId: string;
  /** The record before and after. With both, only what differs is kept; secrets are masked and long texts cut. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string | undefined;
  origin?: Origin | undefined;
}

/**
 * Writes one entry in the caller's transaction: the change and its record commit together or not at all.
 *
 * A1. The entry waits in `audit_unsealed` until the sealer gives it its place in the hash chain. Nothing here takes a
 *     lock: writers do not wait for each other, and a chain of committed rows cannot fork.
 */
export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  const row = toRow(entry);
  // Own values and a prepared plan. It runs with every change, in 180 µs against 300 µs as a record set.
  await execute(
    tx,
    prepared(
      'audit.record',
      sql`with entry as (
          insert into audit_logs (id, actor_id, actor_name, actor_email, actor_role, action, resource_type, resource_id,
                                  before, after, reason, request_id, origin)
          values (${row.id}, ${row.actor_id}, ${row.actor_name}, ${row.actor_email}, ${row.actor_role}, ${row.action},
                  ${row.resource_type}, ${row.resource_id}, ${row.before}, ${row.after}, ${row.reason},
                  ${row.request_id}, ${row.origin})
          returning id)
        insert into audit_unsealed (audit_id) select id from entry`,
    ),
  );
}

/** Writes the entries of a bulk change in one statement. */
export async function recordAudits(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await execute(
    tx,
    sql`with entry as (
          insert into audit_logs (id, actor_id, actor_name, actor_email, actor_role, action, resource_type, resource_id,
                                  before, after, reason, request_id, origin)
          select id, actor_id, actor_name, actor_email, actor_role, action, resource_type, resource_id,
                 before, after, reason, request_id, origin
            from jsonb_to_recordset(${JSON.stringify(entries.map(toRow))}::jsonb)
              as given (id text, actor_id text, actor_name text, actor_email text, actor_role text, action text,
                        resource_type text, resource_id text, before jsonb, after jsonb, reason text,
                        request_id text, origin jsonb)
          returning id)
        insert into audit_unsealed (audit_id) select id from entry`,
  );
}

function toRow(entry: AuditEntry) {
  const { before, after } = diffStates(entry.before, entry.after);
  const { origin, reason } = entry;
  return {
    id: newId('audit'),
    ...actorColumns(entry.actor),
    action: entry.action,
    resource_type: entry.resourceType,
    resource_id: entry.resourceId,
    before,
    after,
    reason: reason === undefined ? null : auditText(reason),
    request_id: origin === undefined ? null : auditText(origin.requestId),
    origin:
      origin === undefined
        ? null
        : { ip: origin.ip, userAgent: origin.userAgent === null ? null : auditText(origin.userAgent) },
  };
}

/** The actor as they were then: a later rename or a new role does not rewrite what happened. */
function actorColumns(actor: AuditActor) {
  if ('system' in actor) {
    return { actor_id: null, actor_name: actor.system, actor_email: null, actor_role: 'SYSTEM' };
  }
  return {
    actor_id: actor.userId,
    actor_name: auditText(actor.name),
    actor_email: auditText(actor.email),
    actor_role: actor.role,
  };
}
