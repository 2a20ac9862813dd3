import type { AuditContent } from '../../crypto/audit-chain.js';
import { signedTime } from './signed-time.js';
import { sql, type Sql } from '../base/sql.js';

/** A row of audit_logs as every reader of the log selects it. */
export interface AuditRow {
  id: string;
  timestamp: string;
  actor_id: string | null;
  actor_name: string;
  actor_email: string | null;
  actor_role: string;
  action: string;
  resource_type: string;
  resource_id: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  reason: string | null;
  request_id: string | null;
  origin: { ip: string | null; userAgent: string | null } | null;
  is_deleted: boolean;
}

/** For a query that calls the table `a`. */
export const auditColumns: Sql = sql`a.id, a.timestamp, a.actor_id, a.actor_name, a.actor_email, a.actor_role,
  a.action, a.resource_type, a.resource_id, a.before, a.after, a.reason, a.request_id, a.origin, a.is_deleted`;

/** The entry that hides another one, as `isHidingEntry` has it; for a query that calls that table `d`. */
export const hidingEntry: Sql = sql`d.resource_type = 'audit_log' and d.action = 'deleted'`;

export function contentOf(row: AuditRow): AuditContent {
  return {
    id: row.id,
    timestamp: signedTime(row.timestamp),
    actorId: row.actor_id,
    actorName: row.actor_name,
    actorEmail: row.actor_email,
    actorRole: row.actor_role,
    action: row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    before: row.before,
    after: row.after,
    reason: row.reason,
    requestId: row.request_id,
    origin: row.origin,
  };
}
