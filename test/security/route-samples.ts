import type pg from 'pg';
import { newId } from '../../src/contracts/ids.js';
import { withTransaction } from '../../src/db/base/transaction.js';
import { workflowIdOf } from '../../src/contracts/names.js';
import { insertRun } from '../../src/db/runs/runs.js';
import { insertSqlRun } from '../../src/db/sql/insert-run.js';
import { keepQuestion } from '../../src/db/sql/questions.js';
import { SeededSession } from '../api/sessions/reads-fixture.js';
import { type TestApi } from '../support/api.js';
import { createApiUser, type TestUser } from '../support/people.js';

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
  const statement = await createSqlRun(pool, analyst.id);
  const saved = await api.send('/api/v1/sql/saved-queries', {
    method: 'POST',
    token: analyst.token,
    body: { name: 'sample', sql: 'select 1' },
  });
  const view = await api.send('/api/v1/saved-views', {
    method: 'POST',
    token: analyst.token,
    body: { page: 'sessions', name: 'sample', query: {} },
  });
  const failures = await api.send('/api/v1/failures?kind=job', { token: analyst.token });
  const [failure] = failures.body['items'] as { fingerprint: string }[];
  const stepId = step.rows[0]?.id ?? '';
  const { office, staff, deadline, push, notice, mail } = await createNotificationSamples(pool);
  return [
    [/^\/api\/v1\/offices\//, { id: office }],
    [/^\/api\/v1\/staff\//, { id: staff }],
    [/^\/api\/v1\/deadlines\//, { id: deadline }],
    [/^\/api\/v1\/push-subscriptions\//, { id: push }],
    [/^\/api\/v1\/notifications\/deliveries\//, { id: notice }],
    [/^\/api\/v1\/notifications\/mails\//, { id: mail }],
    [/^\/api\/v1\/notifications\/deadline-runs\//, { id: job, office }],
    [/^\/p\//, { token: 'none' }],
    [/^\/u\//, { token: 'none' }],
    [/^\/jobs\//, { id: job }],
    [/^\/api\/v1\/sql\/cache\//, { id: statement }],
    [/^\/api\/v1\/failures\//, { fingerprint: failure?.fingerprint ?? '' }],
    [/^\/api\/v1\/sql\/confirmations\//, { id: await createSqlQuestion(pool, analyst.id) }],
    [/^\/api\/v1\/saved-views\//, { id: String(view.body['id']) }],
    [/^\/api\/v1\/sql\/saved-queries\//, { id: String(saved.body['id']) }],
    [/\/cot-sessions?\//, { id: session.id, stepId, n: '1' }],
    [/^\/api\/v1\/gates\//, { id: gate.rows[0]?.id ?? '' }],
    [/^\/api\/v1\/templates\//, { name: 'minimal' }],
    [/^\/api\/v1\/users\//, { id: analyst.id, keyId: analyst.keyId }],
    [/^\/api\/v1\/audit-logs\//, { id: rows[0]?.id ?? '' }],
    [/^\/api\/v1\/dead-letters\//, { id: letter }],
    [/^\/api\/v1\/report-schedules\//, { id: String(schedule.body['id']) }],
    [/^\/api\/v1\/webhooks\//, { id: webhook, deliveryId: delivery.rows[0]?.id ?? '' }],
    [/^\/files\//, { key: job }],
    [/^\/problems\//, { code: 'not_found' }],
    [/^\/docs\/:folder/, { folder: 'operations', page: 'back-up' }],
    [/^\/docs\//, { page: 'sessions' }],
  ];
}

async function createNotificationSamples(pool: pg.Pool) {
  const ids = {
    office: newId('office'),
    staff: newId('staff'),
    deadline: newId('deadline'),
    push: newId('pushSubscription'),
    notice: newId('delivery'),
    mail: newId('mail'),
  };
  await pool.query(`insert into offices (id, name, time_zone) values ($1, 'sample', 'UTC')`, [ids.office]);
  await pool.query(
    `insert into staff (id, office_id, name, email) values ($1, $2, 'sample', 'sample@example.test')`,
    [ids.staff, ids.office],
  );
  await pool.query(
    `insert into deadlines (id, office_id, title, due_on) values ($1, $2, 'sample', '2030-01-01')`,
    [ids.deadline, ids.office],
  );
  await pool.query(
    `insert into push_subscriptions (id, staff_id, endpoint, p256dh, auth) values ($1, $2, 'https://push.test/1', 'x', 'y')`,
    [ids.push, ids.staff],
  );
  await pool.query(
    `insert into notification_deliveries (id, run_id, office_id, staff_id, channel, recipient, status, message_id,
                                          facts, content)
     values ($1, 'job', $2, $3, 'email', $3, 'sent', '<m@x>', '{"items":[]}', '{}')`,
    [ids.notice, ids.office, ids.staff],
  );
  await pool.query(`insert into caught_mails (id, mail_from, rcpt_to, raw) values ($1, 'a@x', '{b@x}', '')`, [
    ids.mail,
  ]);
  return ids;
}

async function createSqlQuestion(pool: pg.Pool, userId: string): Promise<string> {
  const asked = {
    id: newId('sqlQuestion'),
    userId,
    statementHash: '00',
    dataSource: 'demo',
    sql: 'select 1',
  };
  const estimate = { rows: 1, bytes: 1, cost: 1, basis: 'plan', usual_ms: null, usual_rows: null } as const;
  return withTransaction(pool, (tx) =>
    keepQuestion(tx, {
      ...asked,
      params: [],
      rowLimit: null,
      estimate: { ...estimate, learned_from: 0 },
      expiresAt: '2999-01-01T00:00:00Z',
    }),
  );
}

async function createSqlRun(pool: pg.Pool, ownerId: string): Promise<string> {
  const id = newId('sql');
  await withTransaction(pool, async (tx) => {
    await insertRun(tx, {
      id,
      kind: 'sql',
      ownerId,
      title: 'select 1',
      input: {},
      workflowInput: { runId: id },
      workflowId: workflowIdOf('sql', id),
      workflowType: 'executeSql',
      taskQueue: 'flow',
    });
    await insertSqlRun(tx, {
      runId: id,
      ownerId,
      commandId: null,
      dataSource: 'demo',
      sql: 'select 1',
      params: [],
      rowLimit: null,
      statementHash: '00',
      fingerprint: 'f',
      estimate: null,
      place: 'waiting',
      servedBy: null,
    });
  });
  return id;
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
