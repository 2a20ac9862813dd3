import { scriptedModel, untilGate, withWorkers } from '../support/sessions/fixture.js';
import { waitUntil } from '../support/wait-until.js';
import { noFaults, useConsole, type Visitor } from './console-house.js';
import { createApiUser } from '../support/people.js';

const house = useConsole();
const model = scriptedModel((_request, call) => `answer ${call}`);

async function start(token: string, topic: string): Promise<string> {
  const body = { topic, template: 'minimal' };
  const answer = await house.api.send('/api/v1/cot-sessions', { method: 'POST', body, token });
  return String(answer.body['id']);
}

const rowOf = ({ page }: Visitor, topic: string) => page.locator('tr', { hasText: topic });

test('lists follow what happens elsewhere without being asked for again', async () => {
  await withWorkers(house, model, async () => {
    const { token } = await createApiUser(house.database);
    const id = await start(token, 'the first one');
    const { gateId, outputDigest } = await untilGate(house, id, 1);
    const visitor = await house.visit('/sessions', { token });
    const { page } = visitor;
    await rowOf(visitor, 'the first one').getByText(/^1\//).waitFor();
    await page.locator('.live-live').waitFor();
    // From here on the lists could not be asked for: what they show came by the stream.
    await page.route(/\/api\/v1\/(cot-sessions|gates)\?/, (route) => route.abort());
    const second = await start(token, 'the second one');
    await page.getByRole('button', { name: '1 new' }).click();
    await rowOf(visitor, 'the second one').waitFor();
    const decision = { decision: 'approve', outputDigest };
    await house.api.send(`/api/v1/gates/${gateId}/decide`, { method: 'POST', body: decision, token });
    await rowOf(visitor, 'the first one').getByText(/^2\//).waitFor();
    await untilGate(house, second, 1);
    await waitUntil(async () => (await page.title()).startsWith('(2) '), {
      what: 'two that wait, in the title',
    });
    await page.getByRole('link', { name: /Inbox/ }).click();
    await page.locator('.inbox-row', { hasText: 'the first one' }).waitFor();
    await page.locator('.inbox-row', { hasText: 'the second one' }).waitFor();
    expect(visitor.faults.foreign).toEqual([]);
  });
});

test('a list says that it is not live while the API is away, and misses nothing of what happened meanwhile', async () => {
  await withWorkers(house, model, async () => {
    const { token } = await createApiUser(house.database);
    const id = await start(token, 'goes on alone');
    const visitor = await house.visit('/sessions', { token });
    const { page } = visitor;
    await rowOf(visitor, 'goes on alone').waitFor();
    await page.locator('.live-live').waitFor();
    await house.restartApi(async () => {
      await page.getByText(/Reconnecting for/).waitFor();
      await page.getByText(/as of \d/).waitFor();
      await page.locator('main.stale').waitFor();
      await untilGate(house, id, 1);
    });
    await page.locator('.live-live').waitFor();
    await rowOf(visitor, 'goes on alone').getByText('Waiting for you').waitFor();
    await page.locator('main:not(.stale)').waitFor();
  });
});

test('somebody else sees nothing of it', async () => {
  await withWorkers(house, model, async () => {
    const { token } = await createApiUser(house.database);
    const own = await createApiUser(house.database);
    const visitor = await house.visit('/sessions', { token: own.token });
    await visitor.page.locator('.live-live').waitFor();
    await untilGate(house, await start(token, 'a foreign one'), 1);
    await start(own.token, 'their own');
    await rowOf(visitor, 'their own').waitFor();
    expect(await rowOf(visitor, 'a foreign one').count()).toBe(0);
    expect(visitor.faults).toEqual(noFaults);
  });
});

test('what is loaded below a list is shown at once, and is not announced as new', async () => {
  const { token } = await createApiUser(house.database);
  for (let each = 1; each <= 55; each += 1) await start(token, `topic ${each}`);
  const visitor = await house.visit('/sessions', { token });
  const { page } = visitor;
  await rowOf(visitor, 'topic 55').waitFor();
  await page.getByRole('button', { name: 'Load more' }).click();
  await page.locator('tbody tr').nth(54).waitFor();
  expect(await page.locator('.arrived').count()).toBe(0);
  expect(visitor.faults).toEqual(noFaults);
});
