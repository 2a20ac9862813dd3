import type pg from 'pg';
import { newId } from '../../src/contracts/ids.js';
import { withTransaction } from '../../src/db/base/transaction.js';
import { SeededSession } from '../api/sessions/reads-fixture.js';
import { createApiUser, type TestApi, type TestUser } from '../support/api.js';

export interface People {
  readonly analyst: TestUser;
  readonly other: TestUser;
  readonly admin: TestUser;
}

/** Records of the analyst's, by the beginning of the paths that lead to them. Every path with a parameter needs one. */
export type Samples = readonly (readonly [path: RegExp, params: Readonly<Record<string, string>>])[];

export async function createPeople(pool: pg.Pool): Promise<People> {
  const database = { pool };
  return {
    analyst: await createApiUser(database),
    other: await createApiUser(database),
    admin: await createApiUser(database, 'ADMIN'),
  };
}

export async function createSamples(pool: pg.Pool, api: TestApi, { analyst }: People): Promise<Samples> {
  const accepted = await api.send('/generate-report', { method: 'POST', token: analyst.token });
  const job = String(accepted.body['jobId']);
  const { rows } = await pool.query<{ id: string }>('select id from audit_logs limit 1');
  const session = await SeededSession.create(pool, analyst.id);
  await session.phase();
  await session.openGate();
  const gate = await pool.query<{ id: string }>('select id from gates where run_id = $1', [session.id]);
  const step = await pool.query<{ id: string }>('select id from session_steps where run_id = $1 limit 1', [
    session.id,
  ]);
  const schedule = await api.send('/api/v1/report-schedules', {
    method: 'POST',
    token: analyst.token,
    body: { name: 'sample', cron: '0 9 * * *', timeZone: 'UTC', report: {} },
  });
  const letter = newId('deadLetter');
  await withTransaction(pool, (tx) =>
    tx.query(`insert into dead_letters (id, run_id, kind, input) values ($1, $2, 'report', '{}')`, [
      letter,
      job,
    ]),
  );
  const webhook = newId('webhook');
  await pool.query(`insert into webhooks (id, url, events) values ($1, 'https://example.test/', '{*}')`, [
    webhook,
  ]);
  const delivery = await pool.query<{ id: string }>(
    `insert into webhook_deliveries (webhook_id, event_type, body) values ($1, 'webhook.test', '{}') returning id`,
    [webhook],
  );
  const stepId = step.rows[0]?.id ?? '';
  return [
    [/^\/jobs\//, { id: job }],
    [/\/cot-sessions?\//, { id: session.id, stepId }],
    [/^\/api\/v1\/gates\//, { id: gate.rows[0]?.id ?? '' }],
    [/^\/api\/v1\/templates\//, { name: 'minimal' }],
    [/^\/api\/v1\/users\//, { id: analyst.id, keyId: analyst.keyId }],
    [/^\/api\/v1\/audit-logs\//, { id: rows[0]?.id ?? '' }],
    [/^\/api\/v1\/dead-letters\//, { id: letter }],
    [/^\/api\/v1\/report-schedules\//, { id: String(schedule.body['id']) }],
    [/^\/api\/v1\/webhooks\//, { id: webhook, deliveryId: delivery.rows[0]?.id ?? '' }],
    [/^\/files\//, { key: job }],
    [/^\/problems\//, { code: 'not_found' }],
  ];
}

/** The address of a route, with the samples of its parameters. */
export function addressOf(path: string, samples: Samples): string {
  return path.replace(/:(\w+)/g, (_whole, name: string) => {
    const value = samples.find(([pattern, params]) => pattern.test(path) && name in params)?.[1][name];
    if (value === undefined || value === '')
      throw new Error(`route-samples.ts needs a record for ${path} (${name})`);
    return value;
  });
}
