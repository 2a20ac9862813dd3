import { decidedStatus } from '../../domain/sessions/gate-status.js';
import type { GateDecision } from '../../domain/sessions/transitions.js';
import type { OpenGate } from '../../domain/sessions/state.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { execute, many, maybeOne, sql, type Db } from '../base/sql.js';

/** Returns the gate's status before, when it had been decided; null when it is new or waits already. */
export async function openGate(
  db: Db,
  sessionId: string,
  { gate, phaseTitle }: { readonly gate: OpenGate; readonly phaseTitle: string },
): Promise<string | null> {
  const row = await maybeOne<{ was: string | null }>(
    db,
    sql`with earlier as (select status from gates where id = ${gate.id}),
             opened as (
               insert into gates (id, run_id, phase, attempt, phase_title, status, output_digest, opened_at, deadline_at)
               values (${gate.id}, ${sessionId}, ${gate.phase}, ${gate.attempt}, ${phaseTitle}, 'waiting',
                       ${gate.digest}, ${at(gate.openedAtMs)}, ${at(gate.deadlineAtMs)})
               on conflict (id) do update
                  set status = 'waiting', output_digest = excluded.output_digest, opened_at = excluded.opened_at,
                      deadline_at = excluded.deadline_at, expired_at = null, decided_at = null, decided_by = null,
                      decided_via = null, comment = null, notes_sha256 = null, edited_sha256 = null
                where gates.status <> 'waiting'
               returning id)
        select (select status from earlier) as was from opened`,
  );
  return row?.was ?? null;
}

/** Of the gates of a session that wait, those that are not among its own. Gives their ids. */
export async function closeOtherGates(
  db: Db,
  sessionId: string,
  { own, atMs, reason }: { readonly own: readonly string[]; readonly atMs: number; readonly reason: string },
): Promise<string[]> {
  const rows = await many<{ id: string }>(
    db,
    sql`update gates set status = 'canceled', decided_at = ${at(atMs)}, comment = ${reason}
         where run_id = ${sessionId} and status = 'waiting' and not id = any(${[...own]}::text[])
        returning id`,
  );
  return rows.map(({ id }) => id);
}

export async function decideGate(
  db: Db,
  gate: OpenGate,
  { decision, atMs }: { readonly decision: GateDecision; readonly atMs: number },
): Promise<void> {
  await execute(
    db,
    sql`update gates
           set status = ${decidedStatus[decision.decision]}, decided_at = ${at(atMs)}, decided_by = ${decision.by.userId},
               decided_via = ${decision.by.via}, comment = ${decision.comment},
               notes_sha256 = ${decision.notes?.sha256 ?? null}, edited_sha256 = ${decision.output?.sha256 ?? null}
         where id = ${gate.id} and status = 'waiting'`,
  );
}

export async function markGateExpired(db: Db, gateId: string, atMs: number): Promise<void> {
  await execute(
    db,
    sql`update gates set expired_at = ${at(atMs)} where id = ${gateId} and expired_at is null`,
  );
}

/** Deadlines stand still while a session is paused; this keeps the record with the state. */
export async function moveGateDeadline(db: Db, gate: OpenGate): Promise<void> {
  await execute(db, sql`update gates set deadline_at = ${at(gate.deadlineAtMs)} where id = ${gate.id}`);
}

/** Gates that nobody will decide any more. */
export async function cancelOpenGates(db: Db, sessionId: string, atMs: number): Promise<void> {
  await execute(
    db,
    sql`update gates set status = 'canceled', decided_at = ${at(atMs)}
         where run_id = ${sessionId} and status = 'waiting'`,
  );
}

function at(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

export interface WaitingGate {
  id: string;
  sessionId: string;
  topic: string;
  phase: number;
  attempt: number;
  phaseTitle: string;
  status: string;
  outputDigest: string;
  openedAt: string;
  deadlineAt: string | null;
}

const gateColumns = sql`gates.id, gates.run_id as "sessionId", sessions.topic, gates.phase, gates.attempt,
  gates.phase_title as "phaseTitle", gates.status, gates.output_digest as "outputDigest",
  gates.opened_at as "openedAt", gates.deadline_at as "deadlineAt"`;

/** The gate, if its session is the viewer's to see. */
export function findGate(db: Db, id: string, viewer: Viewer): Promise<WaitingGate | undefined> {
  return maybeOne<WaitingGate>(
    db,
    sql`select ${gateColumns} from gates
          join sessions on sessions.run_id = gates.run_id join runs on runs.id = gates.run_id
         where gates.id = ${id} and ${visibleTo(viewer)}`,
  );
}

const BULK_MAX = 200;

export function listWaitingGates(
  db: Db,
  viewer: Viewer,
  filters: { phase: number; template: string | undefined },
): Promise<WaitingGate[]> {
  const ofTemplate =
    filters.template === undefined ? sql`true` : sql`sessions.template_name = ${filters.template}`;
  return many<WaitingGate>(
    db,
    sql`select ${gateColumns} from gates
          join sessions on sessions.run_id = gates.run_id join runs on runs.id = gates.run_id
         where gates.status = 'waiting' and gates.phase = ${filters.phase} and ${ofTemplate} and ${visibleTo(viewer)}
         order by gates.opened_at limit ${BULK_MAX}`,
  );
}
