import { builtinTemplates } from '../../../src/contracts/templates/builtin/builtin-templates.js';
import { waitUntil } from '../../support/wait-until.js';
import { useWebhookHouse, type HouseOptions } from '../../support/houses/webhook-house.js';
import { verify, type WebhookReceiver } from '../../support/webhooks/receiver.js';
import { insertTemplate, scriptedModel } from '../../support/sessions/fixture.js';
import type { TestUser } from '../../support/people.js';

const house = useWebhookHouse();
const { api, database } = house;

/** Every queue of these runs, with a model in memory. */
const everything: HouseOptions = {
  queues: ['flow', 'llm', 'notify'],
  model: scriptedModel((_request, call) => `answer ${call}`),
};

interface ReadEvent extends Record<string, unknown> {
  readonly pos: number;
  readonly at: string;
  readonly type: string;
}

async function eventsAt(path: string, user: TestUser): Promise<ReadEvent[]> {
  const headers = { Accept: 'application/json' };
  const { body } = await api.send(`${path}/events?limit=100`, { token: user.token, headers });
  return body['items'] as ReadEvent[];
}

/** The events that a webhook received, in the order of the run, each once. */
function receivedOf({ received }: WebhookReceiver, runId: string): ReadEvent[] {
  const byId = new Map(received.map((each) => [each.id, each.body]));
  return [...byId.values()]
    .filter(({ data }) => data['runId'] === runId)
    .map(({ type, data }) => ({ ...(data as Omit<ReadEvent, 'type'>), type }) as ReadEvent)
    .sort((left, right) => left.pos - right.pos);
}

test('a webhook receives the events of a job that its readers do, with the same names and data', async () => {
  const all = await house.receiver();
  const last = await house.receiver();
  const { secret } = await house.webhook(all.url);
  await house.webhook(last.url, { events: ['job.completed', 'job.failed'] });
  await house.working(async () => {
    const accepted = await api.send('/generate-report', { method: 'POST', token: house.ana.token });
    const id = String(accepted.body['jobId']);
    await waitUntil(() => Promise.resolve(receivedOf(last, id).length === 1), { what: 'the end of the job' });
    const events = await eventsAt(`/jobs/${id}`, house.ana);
    await waitUntil(() => Promise.resolve(receivedOf(all, id).length === events.length), {
      what: 'every event',
    });
    expect(receivedOf(all, id)).toEqual(events.map((event) => ({ ...event, runId: id, kind: 'report' })));
    expect(receivedOf(last, id).map((event) => event.type)).toEqual(['job.completed']);
    for (const each of all.received) verify(secret, each);
  }, everything);
});

test('a webhook receives the events of a session as it waits for a person and goes on', async () => {
  const receiver = await house.receiver();
  await house.webhook(receiver.url);
  const minimal = builtinTemplates.find(({ name }) => name === 'minimal');
  await insertTemplate(database.pool, minimal!);
  await house.working(async () => {
    const as = { token: house.ana.token, method: 'POST' };
    const body = { topic: 'a topic', template: 'minimal' };
    const accepted = await api.send('/api/v1/cot-sessions', { ...as, body });
    const id = String(accepted.body['id']);
    const names = (): string[] => receivedOf(receiver, id).map((event) => event.type);
    await waitUntil(() => Promise.resolve(names().includes('gate.opened')), { what: 'a gate' });
    await api.send(`/api/v1/cot-sessions/${id}/cancel`, { ...as, body: {} });
    await waitUntil(() => Promise.resolve(names().includes('session.canceled')), { what: 'the end' });
    const events = await eventsAt(`/api/v1/cot-sessions/${id}`, house.ana);
    await waitUntil(() => Promise.resolve(names().length === events.length), { what: 'every event' });
    expect(receivedOf(receiver, id)).toEqual(
      events.map((event) => ({ ...event, runId: id, kind: 'cot-session' })),
    );
    expect(names()).toEqual(expect.arrayContaining(['session.started', 'step.completed', 'phase.completed']));
  }, everything);
});
