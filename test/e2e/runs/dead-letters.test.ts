import { newId } from '../../../src/contracts/ids.js';
import { insertDeadLetter } from '../../../src/db/runs/dead-letters.js';
import { withTransaction } from '../../../src/db/base/transaction.js';
import { insertDeliveryDeadLetters } from '../../../src/db/webhooks/disable.js';
import type { HttpAnswer } from '../../support/http.js';
import { useJobHouse } from '../../support/houses/job-house.js';
import { detailsOf } from '../../support/workers/seen-activities.js';

const house = useJobHouse();
const { api, database, temporal, post, ended, working } = house;
const PATH = '/api/v1/dead-letters';
const SECRET = 'password=hunter2 in /var/lib/secret';

type Letter = Record<string, unknown> & { id: string; jobId: string | null; title: string };

const ask = (method: string, path: string, more: object = {}): Promise<HttpAnswer> =>
  api.send(`${PATH}${path}`, { method, token: house.admin.token, ...more });

const itemsOf = ({ body }: HttpAnswer): Letter[] => body['items'] as Letter[];
const titlesOf = (answer: HttpAnswer): string[] => itemsOf(answer).map(({ title }) => title);

/** A job that has failed, with its letter, as a worker leaves them. */
async function failed(title: string, errorCode = 'step_failed'): Promise<string> {
  const jobId = await post({ title, format: 'json' });
  await database.pool.query(
    `update runs set status = 'failed', finished_at = now(), error = jsonb_build_object('code', $2::text, 'message', 'no')
      where id = $1`,
    [jobId, errorCode],
  );
  const at = new Date().toISOString();
  await insertDeadLetter(database.pool, jobId, [
    { step: 'render', try: 1, type: 'Error', message: SECRET, at },
  ]);
  return jobId;
}

async function letterOf(jobId: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    'select id from dead_letters where run_id = $1',
    [jobId],
  );
  return rows[0]?.id ?? '';
}

async function jobsOf(origin: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(
    `select id from runs where origin_run_id = $1 and origin_relation = 'replay'`,
    [origin],
  );
  return rows.map(({ id }) => id);
}

/** A delivery that used up its tries, with its letter. */
async function failedDelivery(): Promise<{ webhook: string; delivery: string }> {
  const webhook = newId('webhook');
  const { pool } = database;
  await pool.query(
    `insert into webhooks (id, url, events) values ($1, 'https://hooks.test.invalid/in', '{*}')`,
    [webhook],
  );
  const { rows } = await pool.query<{ id: string }>(
    `insert into webhook_deliveries (webhook_id, event_type, body, status, attempts, next_attempt_at, finished_at)
     values ($1, 'webhook.test', '{"type":"webhook.test","data":{}}', 'failed', 1, null, now()) returning id`,
    [webhook],
  );
  const delivery = rows[0]?.id ?? '';
  await pool.query(
    `insert into webhook_attempts (delivery_id, attempt, finished_at, status_code, error, detail)
     values ($1, 1, now(), 500, 'http_500', 'answered 500')`,
    [delivery],
  );
  await withTransaction(pool, (tx) => insertDeliveryDeadLetters(tx, [delivery]));
  return { webhook, delivery };
}

test('the list has filters, and pages that neither repeat nor skip', async () => {
  const from = new Date().toISOString();
  const ids = [await failed('one'), await failed('two', 'step_timed_out'), await failed('three')];
  const { delivery } = await failedDelivery();
  const list = (query: string) => ask('GET', `?createdFrom=${from}${query}`);
  expect(titlesOf(await list('&kind=report'))).toEqual(['three', 'two', 'one']);
  expect(titlesOf(await list('&errorCode=step_timed_out'))).toEqual(['two']);
  expect(itemsOf(await list('&kind=webhook-delivery'))).toEqual([
    expect.objectContaining({ deliveryId: delivery, jobId: null, errorCode: 'http_500' }),
  ]);
  expect(itemsOf(await ask('GET', `?createdTo=${from}&limit=100`)).map(({ jobId }) => jobId)).not.toEqual(
    expect.arrayContaining(ids),
  );
  await ask('POST', `/${await letterOf(ids[0] ?? '')}/replay`);
  expect(titlesOf(await list('&kind=report&replayed=yes'))).toEqual(['one']);
  expect(titlesOf(await list('&kind=report&replayed=no'))).toEqual(['three', 'two']);

  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const page = await list(`&limit=1${cursor}`);
    seen.push(...itemsOf(page).map(({ id }) => id));
    if (page.body['nextCursor'] === null) break;
    cursor = `&cursor=${String(page.body['nextCursor'])}`;
  }
  expect([seen.length, new Set(seen).size]).toEqual([4, 4]);
  expect((await list('&replayed=perhaps')).status).toBe(400);
  expect((await list('&colour=red')).status).toBe(400);
});

test('one is read with its input, every failed try and links, by administrators alone', async () => {
  const jobId = await failed('read me');
  const id = await letterOf(jobId);
  expect((await ask('GET', `/${id}`)).body).toMatchObject({
    id,
    jobId,
    deliveryId: null,
    kind: 'report',
    title: 'read me',
    errorCode: 'step_failed',
    input: { format: 'json', title: 'read me' },
    errors: [{ step: 'render', try: 1, type: 'Error', message: SECRET }],
    links: {
      self: `${PATH}/${id}`,
      subject: `/jobs/${jobId}`,
      replayedAs: null,
      temporal: `http://localhost:8233/namespaces/${temporal.namespace}/workflows/report%3A${jobId}`,
    },
  });
  expect((await ask('GET', `/${newId('deadLetter')}`)).status).toBe(404);
  const curious = { token: house.ana.token };
  expect((await api.send(`${PATH}/${id}`, curious)).status).toBe(403);
  expect((await api.send(PATH, curious)).status).toBe(403);
});

test('a failed job shows its owner a safe text and a code, and an administrator every error', async () => {
  const gather = (): Promise<never> => Promise.reject(new Error(SECRET));
  const jobId = await post({ title: 'told' });
  const shown = await working(
    async () => {
      await ended(jobId);
      const handle = temporal.client.workflow.getHandle(`report:${jobId}`);
      await handle.result();
      return detailsOf(handle);
    },
    { gather },
  );
  expect(shown).toBe('**failed**: The step gatherSection failed and its retries are used up.');
  for (const path of [`/jobs/${jobId}`, '/jobs?limit=100', `/jobs/${jobId}/result`]) {
    const { text } = await api.send(path, { token: house.ana.token });
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('errorDetails');
  }
  const events = await api.send(`/jobs/${jobId}/events`, {
    token: house.ana.token,
    headers: { Accept: 'application/json' },
  });
  expect(events.text).toContain('job.failed');
  expect(events.text).not.toContain('hunter2');
  const own = (await api.send(`/jobs/${jobId}`, { token: house.ana.token })).body;
  expect(own).toMatchObject({ status: 'failed', errorCode: expect.stringMatching(/^[a-z_]+$/) });
  const { body } = await api.send(`/jobs/${jobId}`, { token: house.admin.token });
  expect(body['error']).toBe(own['error']);
  const details = body['errorDetails'] as { message: string; try: number }[];
  expect(details.length).toBeGreaterThanOrEqual(3);
  expect(details.every(({ message }) => message === SECRET)).toBe(true);
});

test('a replay leaves the original as it was, and a second one is refused until it is meant', async () => {
  const jobId = await failed('again');
  const id = await letterOf(jobId);
  const before = [(await ask('GET', `/${id}`)).body, (await api.send(`/jobs/${jobId}`, house.admin)).body];
  const [first, second] = await Promise.all([ask('POST', `/${id}/replay`), ask('POST', `/${id}/replay`)]);
  const [done, refused] = first.status === 202 ? [first, second] : [second, first];
  const replayedAs = String(done.body['jobId']);
  expect(done.headers).toMatchObject({ location: `/jobs/${replayedAs}`, 'retry-after': '3' });
  expect([refused.status, refused.body['code'], refused.body['replayedAs']]).toEqual([
    409,
    'conflict',
    replayedAs,
  ]);
  const after = (await ask('GET', `/${id}`)).body;
  const links = { ...(before[0]?.['links'] as object), replayedAs: `/jobs/${replayedAs}` };
  expect(after).toEqual({ ...before[0], replayedAs, links });
  expect((await api.send(`/jobs/${jobId}`, house.admin)).body).toEqual(before[1]);
  const meant = await ask('POST', `/${id}/replay`, { body: { again: true } });
  expect(meant.status).toBe(202);
  expect((await jobsOf(jobId)).sort()).toEqual([replayedAs, String(meant.body['jobId'])].sort());
});

test('a selection is previewed without a change', async () => {
  const ids = [await failed('p1', 'preview'), await failed('p2', 'preview')];
  const answer = await ask('POST', '/replay', { body: { filter: { errorCode: 'preview' } } });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ matching: 2, notReplayable: 0 });
  expect((answer.body['sample'] as Letter[]).map(({ jobId }) => jobId)).toEqual(ids);
  expect((await Promise.all(ids.map(jobsOf))).flat()).toEqual([]);
  expect((await ask('POST', '/replay', { body: { dryRun: false } })).status).toBe(400);
  expect((await ask('POST', '/replay', { body: { filter: { colour: 'red' } } })).status).toBe(400);
});

test('a selection that is replayed four times at once is replayed once, each job on the record', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 12; n += 1) ids.push(await failed(`b${n}`, 'bulk'));
  const body = { filter: { errorCode: 'bulk' }, dryRun: false, limit: 5 };
  const answers = await Promise.all(Array.from({ length: 4 }, () => ask('POST', '/replay', { body })));
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  const replayed = answers.flatMap((answer) => answer.body['replayed'] as Record<string, string>[]);
  expect(replayed).toHaveLength(12);
  expect(new Set(replayed.map(({ deadLetterId }) => deadLetterId)).size).toBe(12);
  for (const id of ids) expect(await jobsOf(id)).toHaveLength(1);
  const last = await ask('POST', '/replay', { body });
  expect(last.body).toEqual({ replayed: [], remaining: 0 });
  const jobIds = replayed.map(({ jobId }) => jobId);
  const { rows } = await database.pool.query<{ count: number }>(
    `select count(*) from audit_logs where action = 'replayed' and resource_id = any($1)`,
    [jobIds],
  );
  expect(rows[0]?.count).toBe(12);
  await working(() => ended(jobIds[0] ?? ''));
  expect((await api.send(`/jobs/${jobIds[0]}`, { token: house.ana.token })).body).toMatchObject({
    status: 'success',
  });
});

test('a selection is as large as its limit, oldest first, and one key replays it once', async () => {
  const ids = [await failed('o1', 'limited'), await failed('o2', 'limited'), await failed('o3', 'limited')];
  const more = {
    body: { filter: { errorCode: 'limited' }, dryRun: false, limit: 2 },
    headers: { 'Idempotency-Key': 'replay-limited' },
  };
  const first = await ask('POST', '/replay', more);
  const again = await ask('POST', '/replay', more);
  expect(first.body['remaining']).toBe(1);
  expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
  expect((await Promise.all(ids.map(jobsOf))).map((jobs) => jobs.length)).toEqual([1, 1, 0]);
  const letters = await Promise.all(ids.map(letterOf));
  const rest = { filter: { ids: letters }, dryRun: false };
  const { body } = await ask('POST', '/replay', { body: rest });
  expect(body).toMatchObject({ replayed: [{ deadLetterId: letters[2] }], remaining: 0 });
});

test('a delivery that used up its tries is sent again, unless its webhook is switched off', async () => {
  const one = await failedDelivery();
  const other = await failedDelivery();
  await database.pool.query('update webhooks set is_active = false where id = $1', [other.webhook]);
  const [letter] = itemsOf(await ask('GET', '?kind=webhook-delivery&limit=100')).filter(
    ({ deliveryId }) => deliveryId === one.delivery,
  );
  const id = letter?.id ?? '';
  expect(letter).toMatchObject({
    title: 'webhook.test to https://hooks.test.invalid/in',
    errors: [{ step: 'deliver', try: 1, type: 'http_500', message: 'answered 500' }],
    links: { subject: `/api/v1/webhooks/${one.webhook}/deliveries/${one.delivery}` },
  });
  const selection = { filter: { kind: 'webhook-delivery', createdFrom: String(letter?.['createdAt']) } };
  expect((await ask('POST', '/replay', { body: selection })).body).toMatchObject({
    matching: 1,
    notReplayable: 1,
    sample: [{ id }],
  });
  const answer = await ask('POST', '/replay', { body: { ...selection, dryRun: false } });
  const [made] = answer.body['replayed'] as Record<string, string>[];
  expect(answer.body).toMatchObject({ replayed: [{ deadLetterId: id }], remaining: 0 });
  const delivery = await api.send(made?.['statusUrl'] ?? '', { token: house.admin.token });
  expect(delivery.body).toMatchObject({
    id: made?.['deliveryId'],
    status: 'pending',
    redeliveryOf: one.delivery,
    messageId: one.delivery,
  });
  expect((await ask('GET', `/${id}`)).body['replayedAs']).toBe(made?.['deliveryId']);
  const { rows } = await database.pool.query(
    `select action, after from audit_logs where resource_type = 'webhook' and resource_id = $1`,
    [one.webhook],
  );
  expect(rows).toEqual([
    {
      action: 'redelivered',
      after: { deadLetterId: id, deliveryId: one.delivery, as: made?.['deliveryId'] },
    },
  ]);
  const off = itemsOf(await ask('GET', '?kind=webhook-delivery&replayed=no&limit=100'));
  const refused = await ask('POST', `/${off[0]?.id}/replay`);
  expect([refused.status, refused.body['code']]).toEqual([409, 'conflict']);
});
