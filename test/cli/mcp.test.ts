import { useWholeHouse } from '../support/houses/whole-house.js';
import { waitUntil } from '../support/wait-until.js';
import { startAssistant, type Assistant } from './assistant.js';
import { buildCli, removeCli } from './cli-fixture.js';

const house = useWholeHouse({ SQL_CONFIRM_ROWS: '500' });
let assistant: Assistant;

beforeAll(async () => {
  await buildCli();
  assistant = await startAssistant({ SLUICE_URL: house.api.url, SLUICE_API_KEY: house.ana.token });
});
afterAll(async () => {
  await assistant.leave();
  removeCli();
});

/** A session of three phases at its first gate. */
async function sessionAtGate(): Promise<{ id: string; gateId: string }> {
  const { id } = await assistant.call('start_session', {
    topic: 'home coffee roasting',
    template: 'minimal',
  });
  const gateId = await waitUntil(
    async () => {
      const { gateId } = await assistant.call('read_run', { id });
      return typeof gateId === 'string' && gateId;
    },
    { what: 'the gate', timeoutMs: 120_000 },
  );
  return { id: String(id), gateId };
}

test('a session is started, found, read and explained, and its decision is prepared but not made', async () => {
  const { id, gateId } = await sessionAtGate();
  const { items } = await assistant.call('list_runs', { what: 'sessions', status: 'waiting_approval' });
  expect(items).toEqual([expect.objectContaining({ id, topic: 'home coffee roasting', gateId })]);

  const read = await assistant.call('read_run', { id });
  const [first] = read['phases'] as { output: string }[];
  expect(first?.output).toMatch(/\w/);

  const explained = await assistant.call('explain_run', { id });
  expect(explained).toMatchObject({
    status: 'waiting_approval',
    waitsFor: expect.stringContaining(gateId) as string,
  });

  const gates = await assistant.call('list_gates');
  expect(gates['items']).toEqual([expect.objectContaining({ id: gateId, run: id, phase: 1 })]);

  const prepared = await assistant.call('prepare_decision', {
    gateId,
    decision: 'redo',
    instructions: 'be bolder',
  });
  expect(prepared).toMatchObject({
    proposal: { decision: 'redo', instructions: 'be bolder' },
    output: first?.output,
    page: `${house.api.url}/gates/${gateId}`,
    command: expect.stringMatching(`^sluice gate decide redo ${gateId} --digest [0-9a-f]{64}$`) as string,
  });
  const answer = await house.api.send(`/api/v1/gates/${gateId}`, { token: house.ana.token });
  expect(answer.body).toMatchObject({ status: 'waiting', decidedBy: null });

  const price = await assistant.call('price_redo', { sessionId: id, phase: 1 });
  expect(price).toMatchObject({
    rerunSteps: expect.arrayContaining([{ phase: 1, step: 'THINK' }]) as object[],
  });
  expect(await assistant.call('read_run', { id })).toMatchObject({ gateId });

  await house.api.send(`/api/v1/cot-sessions/${id}/cancel`, {
    method: 'POST',
    token: house.ana.token,
    body: {},
  });
  expect(await assistant.refused('prepare_decision', { gateId, decision: 'approve' })).toContain(
    'waits for nobody any more',
  );
});

test('the templates say what they want to know, and an input that does not fit is refused in words', async () => {
  const step = { prompt: 'Write.' };
  const steps = { THINK: step, EXECUTE: step, INTEGRATE: step };
  const inputSchema = {
    type: 'object',
    properties: { audience: { type: 'string' } },
    required: ['audience'],
  };
  const phases = [{ key: 'text', title: 'Text', steps }];
  const body = { name: 'release', title: 'Release', description: 'A release.', inputSchema, phases };
  await house.api.send('/api/v1/templates', { method: 'POST', token: house.admin.token, body });
  const { items } = await assistant.call('list_templates');
  expect(items).toContainEqual({
    name: 'release',
    title: 'Release',
    description: 'A release.',
    phases: ['Text'],
    inputSchema,
  });
  expect(items).toContainEqual(expect.objectContaining({ name: 'minimal', inputSchema: null }));
  const given = { topic: 'a new wing', template: 'release' };
  expect(await assistant.refused('start_session', { ...given, input: {} })).toContain('input.audience');
  const { id } = await assistant.call('start_session', { ...given, input: { audience: 'neighbours' } });
  await house.api.send(`/api/v1/cot-sessions/${String(id)}/cancel`, {
    method: 'POST',
    token: house.ana.token,
    body: {},
  });
});

test('a report is asked for once under its key, and read as text', async () => {
  const given = { type: 'activity', format: 'md', title: 'What ran', idempotencyKey: 'report-1' };
  const { id } = await assistant.call('start_report', given);
  expect(await assistant.call('start_report', given)).toMatchObject({ id });
  const read = await waitUntil(
    async () => {
      const now = await assistant.call('read_run', { id });
      return now['status'] === 'success' && now;
    },
    { what: 'the report', timeoutMs: 120_000 },
  );
  expect(String(read['text'])).toContain('# What ran');
  expect(await assistant.refused('start_report', { type: 'cot-session' })).toContain('needs a sessionId');
  expect(await assistant.refused('start_report', { type: 'audit' })).toContain('forbidden');
});

test('a small statement gives its rows, a large one its estimate, and runs with the token', async () => {
  const small = await assistant.call('run_sql', { sql: 'select 1 as one', waitSeconds: 60 });
  expect(small).toMatchObject({ status: 'completed', columns: [{ name: 'one' }], rows: [[1]], totalRows: 1 });
  const sql = 'select * from orders';
  const asked = await assistant.call('run_sql', { sql });
  expect(asked).toMatchObject({
    status: 'confirmation_required',
    estimate: { rows: expect.any(Number) as number },
  });
  const given = { sql, confirmToken: asked['confirmToken'], waitSeconds: 60 };
  const ran = await assistant.call('run_sql', given);
  expect(ran).toMatchObject({ status: 'completed', totalRows: 1_000, shownRows: 100 });
  expect(await assistant.call('explain_run', { id: ran['id'] })).toMatchObject({ status: 'completed' });
  expect(await assistant.refused('run_sql', { sql: 'delete from orders' })).toContain('sql_not_allowed');
});

test('failures come in groups, and another person’s runs stay theirs', async () => {
  expect(await assistant.call('list_failures')).toEqual({ items: [], total: 0 });
  const answer = await house.api.send('/generate-report', {
    method: 'POST',
    token: house.admin.token,
    body: {},
  });
  expect(await assistant.refused('read_run', { id: answer.body['jobId'] })).toContain('not_found');
});
