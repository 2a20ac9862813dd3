import type { GateRecord } from '../../contracts/sessions/views.js';
import { headOf } from '../../domain/runs/content-head.js';
import { keyset, type PageRequest } from '../base/keyset.js';
import { visibleTo, type Viewer } from '../runs/runs.js';
import { many, sql, type Db, type Sql } from '../base/sql.js';

interface GateRow extends Omit<GateRecord, 'decidedBy'> {
  readonly deciderId: string | null;
  readonly deciderName: string | null;
}

const columns = sql`gates.id, gates.phase, gates.attempt, gates.phase_title as "phaseTitle", gates.status,
  gates.output_digest as "outputDigest", gates.edited_sha256 as "editedDigest", gates.opened_at as "openedAt",
  gates.deadline_at as "deadlineAt", gates.expired_at as "expiredAt", gates.decided_at as "decidedAt",
  gates.decided_by as "deciderId", decider.name as "deciderName", gates.decided_via as "decidedVia", gates.comment,
  gates.notes_sha256 as "notesDigest"`;

function toRecord({ deciderId, deciderName, ...gate }: GateRow): GateRecord {
  return { ...gate, decidedBy: deciderId === null ? null : { id: deciderId, name: deciderName ?? '' } };
}

/** Every gate that a session ever stood at, in order. For a session that the viewer was found to see. */
export async function listGatesOf(db: Db, sessionId: string): Promise<GateRecord[]> {
  const rows = await many<GateRow>(
    db,
    sql`select ${columns} from gates left join users as decider on decider.id = gates.decided_by
         where gates.run_id = ${sessionId}
         order by gates.opened_at, gates.id`,
  );
  return rows.map(toRecord);
}

export interface GateFilters {
  readonly status: GateRecord['status'];
  readonly template?: string | undefined;
  readonly phase?: number | undefined;
}

export interface InboxRow extends GateRecord {
  readonly sessionId: string;
  readonly topic: string;
  /** Null at the gate of a job. */
  readonly templateName: string | null;
  readonly templateVersion: number | null;
  readonly paused: boolean;
  readonly reservedBy: { readonly id: string; readonly name: string } | null;
  readonly reservedUntil: string | null;
  readonly preview: string | null;
}

const PREVIEW_BYTES = 1_600;

/** Gates over all sessions that the viewer may see: `limit + 1` of one page, newest first. */
export async function listGates(
  db: Db,
  {
    viewer,
    filters,
    page,
  }: { readonly viewer: Viewer; readonly filters: GateFilters; readonly page: PageRequest },
): Promise<InboxRow[]> {
  const { where, orderBy } = keyset(page.position, { at: sql`gates.opened_at`, id: sql`gates.id` });
  const { status, template, phase } = filters;
  // A session that was found dead leaves its gate behind: nobody can decide it any more.
  const open = status === 'waiting' ? sql`runs.finished_at is null` : sql`true`;
  const ofTemplate = template === undefined ? sql`true` : sql`sessions.template_name = ${template}`;
  const ofPhase = phase === undefined ? sql`true` : sql`gates.phase = ${phase}`;
  return readGates(
    db,
    viewer,
    sql`gates.status = ${status} and ${open} and ${ofTemplate} and ${ofPhase} and ${where}
        order by ${orderBy} limit ${page.limit + 1}`,
  );
}

/** A gate, decided or not, of a session that the viewer may see. */
export async function findInboxGate(db: Db, viewer: Viewer, id: string): Promise<InboxRow | undefined> {
  const [row] = await readGates(db, viewer, sql`gates.id = ${id}`);
  return row;
}

/** `which` is the rest of the statement after `where`. */
async function readGates(db: Db, viewer: Viewer, which: Sql): Promise<InboxRow[]> {
  const rows = await many<GateRow & Omit<InboxRow, keyof GateRecord | 'preview'> & { head: Buffer | null }>(
    db,
    sql`select ${columns}, gates.run_id as "sessionId", runs.title as topic, runs.status = 'paused' as paused,
               sessions.template_name as "templateName", sessions.template_version as "templateVersion",
               case when gates.reserved_until > now()
                    then jsonb_build_object('id', reader.id, 'name', reader.name) end as "reservedBy",
               case when gates.reserved_until > now() then gates.reserved_until end as "reservedUntil",
               (select substring(content from 1 for ${PREVIEW_BYTES}) from blobs
                 where sha256 = decode(gates.output_digest, 'hex')) as head
          from gates
          join runs on runs.id = gates.run_id
          left join sessions on sessions.run_id = gates.run_id
          left join users as decider on decider.id = gates.decided_by
          left join users as reader on reader.id = gates.reserved_by
         where ${visibleTo(viewer)} and ${which}`,
  );
  return rows.map(({ head, ...row }) => {
    const { sessionId, topic, templateName, templateVersion, paused, reservedBy, reservedUntil, ...gate } =
      row;
    const about = { sessionId, topic, templateName, templateVersion, paused, reservedBy, reservedUntil };
    return { ...toRecord(gate), ...about, preview: head === null ? null : headOf(head) };
  });
}
