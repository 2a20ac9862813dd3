import { modelOf } from '../../models/fixture.js';
import type { ModelReply } from '../../support/models/reply.js';
import { startModelServer, type SeenRequest } from '../../support/models/server.js';
import { useSqlHouse } from '../../support/houses/sql-house.js';
import { waitUntil } from '../../support/wait-until.js';

const server = await startModelServer();
const house = useSqlHouse({
  env: { SQL_CONFIRM_COST: '10000' },
  queues: ['flow', 'llm', 'sql'],
  model: modelOf({ provider: 'openai', baseUrl: server.url }),
});
afterAll(() => server.close());

const questions = [
  { sql: 'select country, count(*) as customers from customers group by 1 order by 1 limit 3' },
  { sql: 'delete from customers' },
  { sql: 'select count(*) from generate_series(1, 50000) as n, customers' },
  { sql: 'select 1', data_source: 'elsewhere' },
];

const ASK = 'look into the shop';

/** EXECUTE asks everything at once; every other request is answered with words. */
function reply({ body }: SeenRequest): ModelReply {
  const messages = JSON.stringify(body['messages']);
  if (!messages.includes(ASK) || messages.includes('tool_call_id')) return { text: 'Words.' };
  return { toolCalls: questions.map((input, index) => ({ id: `call_${index}`, name: 'sql_query', input })) };
}

const template = {
  name: 'asks-the-shop',
  title: 'Asks the shop',
  description: 'For tests',
  phases: [
    {
      key: 'one',
      title: 'One',
      gate: true,
      steps: {
        THINK: { prompt: 'think' },
        EXECUTE: { prompt: ASK, tools: ['sql_query'] },
        INTEGRATE: { prompt: 'integrate' },
      },
    },
  ],
};

const publish = (definition: object) =>
  house.api.send('/api/v1/templates', { method: 'POST', token: house.admin.token, body: definition });

test('a model reads what the owner of its session may read; everything else is refused in words', async () => {
  server.reply(reply);
  expect((await publish(template)).status).toBe(201);
  const { token } = house.ana;
  const started = await house.api.send('/api/v1/cot-sessions', {
    method: 'POST',
    token,
    body: { topic: 'The shop', template: template.name },
  });
  expect(started.status).toBe(202);
  const id = String(started.body['id'] ?? started.body['sessionId']);
  const sent = await waitUntil(
    () =>
      Promise.resolve(
        server.seen
          .map(({ body }) => JSON.stringify(body['messages']))
          .find((sent) => sent.includes('tool_call_id')),
      ),
    { what: 'the answers reach the model', timeoutMs: 90_000 },
  );
  const results = (JSON.parse(sent) as { role: string; content: string }[])
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content);
  expect(results).toHaveLength(4);
  expect(results[0]).toContain('columns: ["country text","customers bigint"]');
  expect(results[0]).toMatch(/kind="tool_result"/);
  expect(results[1]).toBe('not run: DELETE is not a query.');
  expect(results[2]).toMatch(/^not run: It is estimated at 1 rows .* It has to be confirmed first/);
  expect(results[3]).toMatch(/the input is wrong/);

  const { body } = await house.api.send('/api/v1/sql/cache/sessions', { token });
  const [run, ...others] = body['items'] as { session_id: string; status: string; sql: string }[];
  expect(others).toEqual([]);
  expect(run).toMatchObject({ status: 'completed', sql: questions[0]!.sql });
  const { rows } = await house.database.pool.query(
    `select actor_name as actor, after->>'askedFor' as "askedFor", after->>'ownerId' as "ownerId"
       from audit_logs where resource_id = $1 and action = 'created'`,
    [run!.session_id],
  );
  expect(rows).toEqual([{ actor: 'model', askedFor: id, ownerId: house.ana.id }]);
});

test('only EXECUTE may be allowed to ask', async () => {
  const [phase] = template.phases;
  const steps = { ...phase!.steps, THINK: { prompt: 'think', tools: ['sql_query'] } };
  const answer = await publish({ ...template, name: 'thinks', phases: [{ ...phase, steps }] });
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('sql_query is for EXECUTE alone');
});
