import { useSqlHouse } from '../../support/houses/sql-house.js';
import { waitUntil } from '../../support/wait-until.js';
import { policiesOf, summariesOf } from '../../support/workers/scheduled-activities.js';

const house = useSqlHouse({ env: { SQL_MAX_CONCURRENT_SESSIONS: '2' } });

const countries = {
  title: 'Customers by country',
  sql: 'select country, count(*) as customers, -1.50::numeric(5,2) as change from customers group by 1 order by 2 desc, 1',
  chart: { type: 'bar', y: 'customers' },
};

type Answer = Readonly<Record<string, unknown>>;

const job = (path: string, method = 'GET') =>
  house.api.send(`/jobs/${path}`, { method, token: house.ana.token });

async function reportOf(body: object): Promise<string> {
  const answer = await house.api.send('/generate-report', {
    method: 'POST',
    token: house.ana.token,
    body: { type: 'sql', ...body },
  });
  expect(answer.status).toBe(202);
  return String(answer.body['jobId']);
}

const endOf = (id: string): Promise<Answer> =>
  waitUntil(
    async () => {
      const { status, body } = await job(id);
      return status === 200 && body;
    },
    { what: `${id} ends`, timeoutMs: 60_000 },
  );

const fileOf = async (id: string): Promise<string> => (await job(`${id}/result`)).text;

test('each statement is a section with its rows and its chart, run once and seen by its owner', async () => {
  const id = await reportOf({ title: 'Customers', format: 'html', queries: [countries] });
  expect(await endOf(id)).toMatchObject({ state: 'SUCCESS', completedWithGaps: false });
  const handle = house.temporal.client.workflow.getHandle(`report:${id}`);
  expect(await summariesOf(handle)).toEqual(['sql', 'Customers by country', 'html']);
  expect(await policiesOf(handle)).toMatchObject({
    gatherQuery: '90000 s, a beat in 5 s; 30 tries, 1 s × 3 up to 10 s',
  });
  const html = await fileOf(id);
  expect(html).toContain('<h2>Customers by country</h2>');
  expect(html).toMatch(/<figure><svg/);
  expect(html).toContain('<td class="number">-1.50</td>');
  const [, session = ''] = /Run (sql_\w+)\./.exec(html) ?? [];
  expect(await house.status(session)).toMatchObject({ status: 'completed', data_source: 'demo' });
  expect(await house.status(session, house.bob)).toMatchObject({ status: 404 });
  const asked = await house.database.pool.query<{ actor_name: string; after: Answer }>(
    `select actor_name, after from audit_logs where resource_id = $1 and action = 'created'`,
    [session],
  );
  expect(asked.rows).toMatchObject([{ actor_name: 'report', after: { ownerId: house.ana.id } }]);
});

test('what fails or is refused is a named gap, and the rest is there', async () => {
  const id = await reportOf({
    format: 'json',
    queries: [
      countries,
      { title: 'Broken', sql: 'select 1 / (n - 1) as x from generate_series(1, 3) as n' },
      { title: 'Writing', sql: 'drop table customers' },
      { title: 'Elsewhere', sql: 'select 1', data_source: 'elsewhere' },
      { title: 'With a parameter', sql: 'select $1::int + 1 as two', params: [1] },
    ],
  });
  const ended = await endOf(id);
  expect(ended).toMatchObject({ state: 'SUCCESS', completedWithGaps: true });
  const { sections } = JSON.parse(await fileOf(id)) as { sections: Answer[] };
  expect(sections).toMatchObject([
    { name: 'query-1', title: 'Customers by country', status: 'complete' },
    { title: 'Broken', status: 'missing', error: 'The database says: division by zero', data: null },
    { title: 'Writing', status: 'missing', error: 'DROP is not a query.' },
    { title: 'Elsewhere', status: 'missing', error: 'There is no data source elsewhere.' },
    { title: 'With a parameter', data: { rows: [[2]], row_count: 1, truncated: false } },
  ]);
  expect(ended['sections']).toMatchObject([{}, { title: 'Broken', status: 'missing' }, {}, {}, {}]);
});

test('as CSV it is the rows of its one query', async () => {
  const id = await reportOf({
    format: 'csv',
    queries: [{ title: 'One', sql: `select 1 as n, '=1+1' as text` }],
  });
  await endOf(id);
  expect(await fileOf(id)).toBe("n,text\r\n1,'=1+1\r\n");
});

test('a report of which every statement failed has failed', async () => {
  const id = await reportOf({ queries: [{ title: 'Nothing', sql: 'select nothing' }] });
  expect(await endOf(id)).toMatchObject({
    state: 'FAILED',
    error: 'column "nothing" does not exist',
  });
});

test('a canceled report takes its statements with it', async () => {
  const id = await reportOf({
    queries: [
      {
        title: 'Endless',
        sql: 'select count(*) from generate_series(1, (select 1000000)) a, generate_series(1, (select 1000000)) b',
      },
    ],
  });
  const session = await waitUntil(
    async () => {
      const { body } = await house.api.send('/api/v1/sql/cache/sessions', { token: house.ana.token });
      const [newest] = body['items'] as { session_id: string; status: string; sql: string }[];
      return newest?.sql.includes('1000000') === true && newest.session_id;
    },
    { what: 'the statement is sent' },
  );
  await waitUntil(async () => (await house.backendsOf(session)) === 1, { what: 'it runs' });
  expect((await job(id, 'DELETE')).status).toBe(202);
  expect(await house.ended(session)).toMatchObject({ status: 'canceled' });
  expect(await endOf(id)).toMatchObject({ state: 'CANCELED' });
  await waitUntil(async () => (await house.backendsOf(session)) === 0, { what: 'it is gone' });
});
