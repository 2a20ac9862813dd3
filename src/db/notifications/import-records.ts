import { newId } from '../../contracts/ids.js';
import { many, sql, type Db } from '../base/sql.js';
import type { Tx } from '../base/transaction.js';

/** The outcome of a multi-row statement. */
export interface Upserted {
  readonly created: number;
  readonly updated: number;
}

interface Touched extends Record<string, unknown> {
  readonly inserted: boolean;
}

/** Ids of offices by what the importing system calls them. */
export async function officeIdsByExternalId(
  db: Db,
  externalIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await many<{ id: string; external_id: string }>(
    db,
    sql`select id, external_id from offices where external_id = any(${[...externalIds]}::text[])`,
  );
  return new Map(rows.map((row) => [row.external_id, row.id]));
}

export interface OfficeLine {
  readonly external_id: string;
  readonly name: string;
  readonly time_zone: string;
}

export async function upsertOffices(tx: Tx, lines: readonly OfficeLine[]): Promise<Upserted> {
  const rows = lines.map((line) => ({ ...line, id: newId('office') }));
  const touched = await many<Touched>(
    tx,
    sql`insert into offices (id, external_id, name, time_zone)
        select id, external_id, name, time_zone
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            as given (id text, external_id text, name text, time_zone text)
        on conflict (external_id) do update
          set name = excluded.name, time_zone = excluded.time_zone, version = offices.version + 1,
              updated_at = clock_timestamp()
        returning xmax = 0 as inserted`,
  );
  return counted(touched);
}

export interface StaffLine {
  readonly office_id: string;
  readonly email: string;
  readonly name: string | null;
  readonly language: string | null;
  readonly notify_email: boolean | null;
  readonly notify_push: boolean | null;
}

/** A field without a value in its line stays as it is, and begins as the standard. */
export async function upsertStaff(tx: Tx, lines: readonly StaffLine[]): Promise<Upserted> {
  const rows = lines.map((line) => ({ ...line, id: newId('staff') }));
  const touched = await many<Touched>(
    tx,
    sql`with given as (
          select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            as given (id text, office_id text, email text, name text, language text, notify_email boolean,
                      notify_push boolean)),
        known as (
          update staff
             set name = coalesce(given.name, staff.name), language = coalesce(given.language, staff.language),
                 notify_email = coalesce(given.notify_email, staff.notify_email),
                 notify_push = coalesce(given.notify_push, staff.notify_push),
                 version = version + 1, updated_at = clock_timestamp()
            from given
           where staff.office_id = given.office_id and lower(staff.email) = lower(given.email)
          returning staff.office_id, lower(staff.email) as address),
        fresh as (
          insert into staff (id, office_id, email, name, language, notify_email, notify_push)
          select id, office_id, email, coalesce(name, split_part(email, '@', 1)), coalesce(language, 'en'),
                 coalesce(notify_email, true), coalesce(notify_push, true)
            from given
           where not exists (select from known where known.office_id = given.office_id
                                                  and known.address = lower(given.email))
          returning true as inserted)
        select inserted from fresh union all select false from known`,
  );
  return counted(touched);
}

export interface DeadlineLine {
  readonly office_id: string;
  readonly external_id: string | null;
  readonly title: string;
  readonly due_on: string;
}

export async function upsertDeadlines(tx: Tx, lines: readonly DeadlineLine[]): Promise<Upserted> {
  const rows = lines.map((line) => ({ ...line, id: newId('deadline') }));
  const touched = await many<Touched>(
    tx,
    sql`with given as (
          select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            as given (id text, office_id text, external_id text, title text, due_on date)),
        named as (
          insert into deadlines (id, office_id, external_id, title, due_on)
          select id, office_id, external_id, title, due_on from given where external_id is not null
          on conflict (external_id) do update
            set office_id = excluded.office_id, title = excluded.title, due_on = excluded.due_on,
                version = deadlines.version + 1, updated_at = clock_timestamp()
          returning xmax = 0 as inserted),
        fresh as (
          insert into deadlines (id, office_id, title, due_on)
          select id, office_id, title, due_on from given
           where external_id is null
             and not exists (select from deadlines d where d.office_id = given.office_id and d.title = given.title
                                                       and d.due_on = given.due_on)
          returning true as inserted)
        select inserted from named union all select inserted from fresh
        union all
        select false from generate_series(1, (select count(*) from given where external_id is null)
                                             - (select count(*) from fresh))`,
  );
  return counted(touched);
}

/** Ids of people by office and address, in the order of the lines. */
export async function staffIdsByAddress(
  db: Db,
  lines: readonly { readonly office_external_id: string; readonly email: string }[],
): Promise<(string | null)[]> {
  const rows = await many<{ id: string | null }>(
    db,
    sql`select staff.id
          from unnest(${lines.map((line) => line.office_external_id)}::text[], ${lines.map((line) => line.email)}::text[])
                 with ordinality as given (office, email, place)
          left join offices on offices.external_id = given.office
          left join staff on staff.office_id = offices.id and lower(staff.email) = lower(given.email)
         order by place`,
  );
  return rows.map(({ id }) => id);
}

export interface PushSubscriptionLine {
  readonly staff_id: string;
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** A browser that subscribes anew keeps its endpoint or gets another one: keys and person follow the last line. */
export async function upsertPushSubscriptions(
  tx: Tx,
  lines: readonly PushSubscriptionLine[],
): Promise<Upserted> {
  const rows = lines.map((line) => ({ ...line, id: newId('pushSubscription') }));
  const touched = await many<Touched>(
    tx,
    sql`insert into push_subscriptions (id, staff_id, endpoint, p256dh, auth)
        select id, staff_id, endpoint, p256dh, auth
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            as given (id text, staff_id text, endpoint text, p256dh text, auth text)
        on conflict (endpoint) do update
          set staff_id = excluded.staff_id, p256dh = excluded.p256dh, auth = excluded.auth,
              version = push_subscriptions.version + 1, updated_at = clock_timestamp()
        returning xmax = 0 as inserted`,
  );
  return counted(touched);
}

function counted(rows: readonly Touched[]): Upserted {
  const created = rows.filter((row) => row.inserted).length;
  return { created, updated: rows.length - created };
}
