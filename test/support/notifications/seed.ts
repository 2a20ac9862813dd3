import { createECDH, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { newId } from '../../../src/contracts/ids.js';

/** Seven days after the day that the tests look at. */
const DUE_IN_7 = '2026-03-17';

interface Seeded {
  readonly officeIds: readonly string[];
}

interface SeedOptions {
  readonly offices: number;
  readonly staff: number;
  /** Devices of each, at this push service. */
  readonly pushUrl?: string;
  readonly deadlines?: readonly string[];
}

/** Offices with staff `s<office>-<n>@example.test`, all with one deadline in seven days by default. */
export async function seedOffices(pool: pg.Pool, options: SeedOptions): Promise<Seeded> {
  const { offices, staff, pushUrl, deadlines = [DUE_IN_7] } = options;
  const officeIds = Array.from({ length: offices }, (_, index) => newId('office', Date.now() + index));
  await pool.query(
    `insert into offices (id, name, time_zone) select id, 'Office ' || place, 'Asia/Tokyo'
       from unnest($1::text[]) with ordinality as given (id, place)`,
    [officeIds],
  );
  const people = officeIds.flatMap((officeId, office) =>
    Array.from({ length: staff }, (_, n) => ({
      id: newId('staff'),
      officeId,
      email: `s${office + 1}-${n + 1}@example.test`,
    })),
  );
  await pool.query(
    `insert into staff (id, office_id, name, email)
     select * from unnest($1::text[], $2::text[], $3::text[], $3::text[])`,
    [people.map((p) => p.id), people.map((p) => p.officeId), people.map((p) => p.email)],
  );
  for (const [index, due] of deadlines.entries()) {
    await pool.query(
      `insert into deadlines (id, office_id, title, due_on)
       select id, office_id, $3, $4 from unnest($1::text[], $2::text[]) as given (id, office_id)`,
      [officeIds.map(() => newId('deadline')), officeIds, `Deadline ${index + 1}`, due],
    );
  }
  if (pushUrl !== undefined)
    await seedDevices(
      pool,
      people.map((p) => p.id),
      pushUrl,
    );
  return { officeIds };
}

async function seedDevices(pool: pg.Pool, staffIds: readonly string[], pushUrl: string): Promise<void> {
  const pair = createECDH('prime256v1');
  const p256dh = pair.generateKeys('base64url');
  const auth = randomBytes(16).toString('base64url');
  await pool.query(
    `insert into push_subscriptions (id, staff_id, endpoint, p256dh, auth)
     select id, staff_id, $3 || '/' || staff_id, $4, $5 from unnest($1::text[], $2::text[]) as given (id, staff_id)`,
    [staffIds.map(() => newId('pushSubscription')), [...staffIds], pushUrl, p256dh, auth],
  );
}
