import type pg from 'pg';
import { newId } from '../../../src/contracts/ids.js';
import type { Principal } from '../../../src/contracts/users/principal.js';
import type { NewRun } from '../../../src/db/runs/runs.js';
import type { Channel, DeliveryStatus } from '../../../src/domain/notifications/planning-facts.js';
import { givenRun } from '../runs.js';

let made = 0;

export async function givenDeadlineRun(
  pool: pg.Pool,
  owner: Principal,
  more: Partial<NewRun> = {},
): Promise<string> {
  const { id } = await givenRun(pool, owner, { id: newId('job'), kind: 'deadline-run', ...more });
  return id;
}

export async function givenOffice(pool: pg.Pool, isActive = true): Promise<string> {
  const id = newId('office', Date.now() + made++);
  await pool.query(
    `insert into offices (id, external_id, name, time_zone, is_active) values ($1, $1, $1, 'Asia/Tokyo', $2)`,
    [id, isActive],
  );
  return id;
}

export async function givenStaff(pool: pg.Pool, office: string): Promise<string> {
  const id = newId('staff', Date.now() + made++);
  await pool.query(
    `insert into staff (id, office_id, name, email) values ($1, $2, 'Aya', $1 || '@example.test')`,
    [id, office],
  );
  return id;
}

export async function givenDeadline(
  pool: pg.Pool,
  office: string,
  dueOn = '2026-03-17',
  state = 'open',
): Promise<string> {
  const id = newId('deadline', Date.now() + made++);
  await pool.query(
    `insert into deadlines (id, office_id, title, due_on, state) values ($1, $2, 'Tax ' || $1, $3, $4)`,
    [id, office, dueOn, state],
  );
  return id;
}

export interface GivenDelivery {
  readonly run?: string;
  readonly office: string;
  readonly staff?: string;
  readonly channel?: Channel;
  readonly recipient?: string;
  readonly status?: DeliveryStatus;
  readonly claim?: string;
  readonly deadlines?: readonly string[];
}

/** A message with the keys of its deadlines. */
export async function givenDelivery(pool: pg.Pool, given: GivenDelivery): Promise<string> {
  const id = newId('delivery', Date.now() + made++);
  const { run = 'job', office, staff = 'stf', channel = 'email', status = 'planned' } = given;
  await pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, claim, message_id,
                                          facts, content)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $1, '{"name": "Aya", "items": []}', '{"address": "a@example.test"}')`,
    [id, run, office, staff, channel, given.recipient ?? id, status, given.claim ?? null],
  );
  for (const deadline of given.deadlines ?? []) {
    await pool.query(
      `insert into notification_keys (delivery_id, deadline_id, recipient, channel, threshold, due_on, local_date)
       values ($1, $2, $1, $3, 7, '2026-03-17', '2026-03-10')`,
      [id, deadline, channel],
    );
  }
  return id;
}

export async function givenRunOffice(
  pool: pg.Pool,
  run: string,
  office: string,
  status = 'planned',
): Promise<void> {
  await pool.query(
    `insert into notification_run_offices (run_id, office_id, office_name, status) values ($1, $2, $2, $3)`,
    [run, office, status],
  );
}
