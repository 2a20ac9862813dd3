import type {
  DeadlineFacts,
  EarlierKey,
  Language,
  OfficeFacts,
  StaffFacts,
} from '../../domain/notifications/planning-facts.js';
import type { QuietHours } from '../../domain/notifications/quiet-hours.js';
import { many, sql, type Sql } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/**
 * Everything that a chunk of offices is planned from, in five reads, whatever the number of offices, staff and
 * devices.
 *
 * R1. The offices are locked first. Of two runs over the same office the second waits, and finds the first's messages
 *     among the earlier deliveries.
 */
export interface ChunkFacts {
  readonly offices: readonly OfficeFacts[];
  /** Of the whole run. */
  readonly totalOffices: number;
  /** Whether there are others behind them. */
  readonly hasMore: boolean;
}

interface Inside {
  readonly office_id: string;
}

export async function readChunk(
  tx: Tx,
  chunk: { readonly runId: string; readonly after: string; readonly limit: number },
): Promise<ChunkFacts> {
  const found = await lockOffices(tx, chunk);
  const offices = found.slice(0, chunk.limit);
  const ids = offices.map((office) => office.id);
  const [staff, deadlines, earlier] = [
    groupBy(await readStaff(tx, ids)),
    groupBy(await readDeadlines(tx, ids)),
    groupBy(await readEarlier(tx, ids)),
  ];
  return {
    totalOffices: offices[0]?.total ?? 0,
    hasMore: found.length > chunk.limit,
    offices: offices.map(({ id, name, time_zone }) => ({
      id,
      name,
      timeZone: time_zone,
      staff: staff.get(id) ?? [],
      deadlines: deadlines.get(id) ?? [],
      earlier: earlier.get(id) ?? [],
    })),
  };
}

interface OfficeRow {
  readonly id: string;
  readonly name: string;
  readonly time_zone: string;
  readonly total: number;
}

/** The offices of the run: those that its request names, else all active ones. */
const wanted = (runId: string): Sql => sql`is_active and (
  not exists (select from runs where id = ${runId} and input ? 'office_ids')
  or id in (select jsonb_array_elements_text(input -> 'office_ids') from runs where runs.id = ${runId}))`;

function lockOffices(
  tx: Tx,
  { runId, after, limit }: { readonly runId: string; readonly after: string; readonly limit: number },
): Promise<OfficeRow[]> {
  return many<OfficeRow>(
    tx,
    sql`select id, name, time_zone, (select count(*) from offices where ${wanted(runId)}) as total
          from offices where ${wanted(runId)} and id > ${after}
         order by id limit ${limit + 1} for no key update of offices`,
  );
}

interface StaffRow extends Inside {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly language: Language;
  readonly digest: boolean;
  readonly quiet: QuietHours | null;
  readonly notify_email: boolean;
  readonly notify_push: boolean;
  readonly email_mute_until: string | null;
  readonly push_mute_until: string | null;
  readonly suppressed: string | null;
  readonly devices: readonly string[];
}

async function readStaff(tx: Tx, officeIds: readonly string[]): Promise<(StaffFacts & Inside)[]> {
  const rows = await many<StaffRow>(
    tx,
    sql`select id, office_id, name, email, language, digest, notify_email, notify_push, email_mute_until,
               push_mute_until, suppressed,
               case when quiet_from is not null
                 then jsonb_build_object('from', quiet_from, 'to', quiet_to) end as quiet,
               coalesce(devices, '{}') as devices
          from staff
          left join (select staff_id, array_agg(id order by id) as devices from push_subscriptions group by staff_id) own
            on own.staff_id = staff.id
         where office_id = any(${[...officeIds]}::text[]) and is_active
         order by id`,
  );
  return rows.map((row) => ({
    office_id: row.office_id,
    id: row.id,
    name: row.name,
    address: row.email,
    language: row.language,
    digest: row.digest,
    quietHours: row.quiet,
    email: { enabled: row.notify_email, muteUntil: row.email_mute_until },
    push: { enabled: row.notify_push, muteUntil: row.push_mute_until },
    suppressed: row.suppressed,
    subscriptionIds: row.devices,
  }));
}

function readDeadlines(tx: Tx, officeIds: readonly string[]): Promise<(DeadlineFacts & Inside)[]> {
  return many<DeadlineFacts & Inside>(
    tx,
    sql`select id, office_id, title, due_on::text as "dueOn", critical from deadlines
         where office_id = any(${[...officeIds]}::text[]) and state = 'open'
         order by due_on, id`,
  );
}

/** Only those that still count, of deadlines that are still open. */
function readEarlier(tx: Tx, officeIds: readonly string[]): Promise<(EarlierKey & Inside)[]> {
  return many<EarlierKey & Inside>(
    tx,
    sql`select deliveries.office_id, keys.deadline_id as "deadlineId", keys.recipient, keys.channel, keys.threshold,
               keys.due_on::text as "dueOn", keys.delivery_id as "deliveryId", deliveries.status,
               (runs.id is null or runs.finished_at is not null) as abandoned
          from deadlines
          join notification_keys keys on keys.deadline_id = deadlines.id and not keys.void
          join notification_deliveries deliveries on deliveries.id = keys.delivery_id
          left join runs on runs.id = deliveries.run_id
         where deadlines.office_id = any(${[...officeIds]}::text[]) and deadlines.state = 'open'`,
  );
}

function groupBy<Row extends Inside>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.office_id);
    if (group === undefined) groups.set(row.office_id, [row]);
    else group.push(row);
  }
  return groups;
}
