import { execute, maybeOne, sql, type Db } from '../base/sql.js';

/** Makes the places, so many as there may be mails at once. Safe for any number of workers. */
export async function ensurePermits(db: Db, count: number): Promise<void> {
  await execute(
    db,
    sql`insert into mail_permits (slot) select slot from generate_series(1, ${count}::integer) as slot
        on conflict do nothing`,
  );
}

/** A free place, or one whose lease ran out. Undefined: all are taken; the caller is noted as waiting. */
export async function takePermit(
  db: Db,
  holder: string,
  places: { readonly count: number; readonly leaseMs: number },
): Promise<number | undefined> {
  const row = await maybeOne<{ slot: number }>(
    db,
    sql`with free as (
          select slot from mail_permits
           where slot <= ${places.count}::integer and (holder is null or leased_until < clock_timestamp())
           order by slot limit 1 for update skip locked),
        taken as (
          update mail_permits set holder = ${holder}, leased_until = ${until(places.leaseMs)}
            from free where mail_permits.slot = free.slot
          returning mail_permits.slot),
        waiting as (
          insert into mail_permit_waiters (holder, seen_at)
          select ${holder}, clock_timestamp() where not exists (select from taken)
          on conflict (holder) do update set seen_at = excluded.seen_at)
        select slot from taken`,
  );
  return row?.slot;
}

/** `lost`: the lease ran out and somebody else has it. `wanted`: another process waits for a place. */
export async function renewPermit(
  db: Db,
  holder: string,
  place: { readonly slot: number; readonly leaseMs: number },
): Promise<'kept' | 'wanted' | 'lost'> {
  const row = await maybeOne<{ wanted: boolean }>(
    db,
    sql`update mail_permits set leased_until = ${until(place.leaseMs)}
         where slot = ${place.slot} and holder = ${holder}
        returning exists (select from mail_permit_waiters
                           where holder <> ${holder} and seen_at > clock_timestamp() - interval '1 second') as wanted`,
  );
  if (row === undefined) return 'lost';
  return row.wanted ? 'wanted' : 'kept';
}

export async function returnPermit(db: Db, holder: string, slot: number): Promise<void> {
  await execute(
    db,
    sql`update mail_permits set holder = null, leased_until = null where slot = ${slot} and holder = ${holder}`,
  );
}

function until(leaseMs: number) {
  return sql`clock_timestamp() + ${leaseMs}::integer * interval '1 millisecond'`;
}
