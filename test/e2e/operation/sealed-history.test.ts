import { ApplicationFailure, Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { loadConfig } from '../../../src/platform/config.js';
import { dataConverterOf } from '../../../src/platform/temporal/data-converter.js';
import { buildWorkflowBundle } from '../../../src/workers/workflow-bundle.js';
import { startApi, type TestApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { withWorker } from '../../support/workers/worker.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const UI = 'http://localhost:8233';
const SECRET_TITLE = 'nobody-else-reads-this';
const SECRET_FAULT = 'a-fault-that-tells-too-much';
const spring = `spring:${Buffer.alloc(32, 1).toString('base64')}`;
const autumn = `autumn:${Buffer.alloc(32, 2).toString('base64')}`;
const database = useDatabase();
const temporal = useTemporal();
let admin: TestUser;
let ana: TestUser;
let code: string;
let workflowId: string;

/** The API and the client of a house with these keys, on the one namespace. */
async function withHouse<Result>(
  keys: string,
  work: (house: { api: TestApi; client: Client; dataConverter: DataConverter }) => Promise<Result>,
): Promise<Result> {
  const dataConverter = dataConverterOf(loadConfig({ TEMPORAL_PAYLOAD_KEYS: keys }));
  if (dataConverter === undefined) throw new Error('there are keys');
  const { connection, namespace } = temporal;
  const client = new Client({ connection, namespace, dataConverter });
  const own = { ...temporal, client, connection, namespace, address: temporal.address };
  const env = { TEMPORAL_PAYLOAD_KEYS: keys, TEMPORAL_UI_URL: UI };
  const api = await startApi({ database, temporal: own, env });
  try {
    return await work({ api, client, dataConverter });
  } finally {
    await api.close();
  }
}

const historyOf = () => temporal.client.workflow.getHandle(workflowId).fetchHistory();

/** Every text of the history, those within payloads as well. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

interface Wire {
  readonly metadata: Record<string, string>;
  readonly data: string;
}

/** The input of the workflow, as the Web UI would send it. */
async function sealedInput(): Promise<Wire> {
  const { events } = await historyOf();
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  const metadata = Object.entries(payload?.metadata ?? {});
  return {
    metadata: Object.fromEntries(
      metadata.map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(payload?.data ?? []).toString('base64'),
  };
}

beforeAll(async () => {
  [admin, ana] = [await createApiUser(database, 'ADMIN'), await createApiUser(database)];
  const converter = dataConverterOf(loadConfig({ TEMPORAL_PAYLOAD_KEYS: spring }));
  code = await buildWorkflowBundle([], converter?.failureConverterPath);
  await withHouse(spring, async ({ api, client, dataConverter }) => {
    const options = {
      dataConverter,
      workflowBundle: { code },
      gather: () => Promise.reject(ApplicationFailure.nonRetryable(SECRET_FAULT)),
    };
    const house = { ...temporal, client };
    await withWorker(database, house, options, async () => {
      const asked = { token: ana.token, method: 'POST', body: { title: SECRET_TITLE } } as const;
      const { body } = await api.send('/generate-report', asked);
      const id = String(body['jobId']);
      workflowId = `report:${id}`;
      const ended = async (): Promise<boolean> => {
        const job = await api.send(`/jobs/${id}`, { token: ana.token });
        return ['SUCCESS', 'FAILED'].includes(String(job.body['state']));
      };
      await waitUntil(ended, { what: 'the report ends', timeoutMs: 120_000 });
      await client.workflow
        .getHandle(workflowId)
        .result()
        .catch(() => undefined);
    });
  });
}, 180_000);

test('the history holds no plain text: not of inputs, results, failures or summaries', async () => {
  const history = await historyOf();
  expect(history.events?.length).toBeGreaterThan(5);
  const texts = textsIn(history.events).join('\n');
  expect(texts).toContain('binary/encrypted');
  // The only plain parts are the SDK's records of local activities: number, name and times.
  expect(texts.match(/json\/plain/g)?.length).toBe(
    history.events?.filter((event) => event.markerRecordedEventAttributes).length,
  );
  expect(texts).not.toContain(SECRET_TITLE);
  expect(texts).not.toContain(SECRET_FAULT);
});

test('it replays, also after the key was changed', async () => {
  const history = await historyOf();
  for (const keys of [spring, `${autumn},${spring}`]) {
    const dataConverter = dataConverterOf(loadConfig({ TEMPORAL_PAYLOAD_KEYS: keys }));
    if (dataConverter === undefined) throw new Error('there are keys');
    await Worker.runReplayHistory({ workflowBundle: { code }, dataConverter }, history);
  }
});

test('the permission view_payloads sees it through the codec, after a rotation too, and it is written down', async () => {
  await withHouse(`${autumn},${spring}`, async ({ api }) => {
    const sealed = await sealedInput();
    const body = { payloads: [sealed] };
    // The query is the Web UI's.
    const path = '/api/v1/codec/decode?preserveStorageRefs=true';
    for (const [user, permissions] of [[ana, []] as const, [admin, ['view_payloads']] as const])
      expect((await api.send('/api/v1/me', { token: user.token })).body).toMatchObject({ permissions });
    for (const work of ['decode', 'encode', 'download'])
      expect(
        (await api.send(`/api/v1/codec/${work}`, { token: ana.token, method: 'POST', body })).status,
      ).toBe(403);
    const headers = { 'X-Namespace': temporal.namespace };
    const opened = await api.send(path, { token: admin.token, method: 'POST', body, headers });
    expect(opened.status).toBe(200);
    const [payload] = opened.body['payloads'] as Wire[];
    expect(Buffer.from(payload?.data ?? '', 'base64').toString()).toContain(SECRET_TITLE);
    const { rows } = await database.pool.query(
      `select actor_id as actor, after from audit_logs where action = 'payloads.view'`,
    );
    expect(rows).toEqual([{ actor: admin.id, after: { payloads: 1, followed: false } }]);
    const again = await api.send('/api/v1/codec/encode?preserveStorageRefs=true', {
      token: admin.token,
      method: 'POST',
      body: { payloads: [payload] },
    });
    const [fresh] = again.body['payloads'] as Wire[];
    expect(Buffer.from(fresh?.metadata['encryption-key-id'] ?? '', 'base64').toString()).toBe('autumn');
  });
});

test('a key that is gone is named, and nothing is opened', async () => {
  await withHouse(autumn, async ({ api }) => {
    const body = { payloads: [await sealedInput()] };
    const answer = await api.send('/api/v1/codec/decode', { token: admin.token, method: 'POST', body });
    expect([answer.status, answer.body]).toMatchObject([
      422,
      { code: 'payload_unreadable', detail: 'there is no payload key "spring"' },
    ]);
  });
});

test('the page of the Temporal Web UI may ask with a cookie, and no other page may', async () => {
  await withHouse(spring, async ({ api }) => {
    const ask = (origin: string, path = '/api/v1/codec/decode') =>
      api.send(path, {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
      });
    expect((await ask(UI)).headers).toMatchObject({
      'access-control-allow-origin': UI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': expect.stringMatching(/Authorization-Extras.*X-Namespace/) as string,
    });
    expect((await ask('http://localhost:9999')).headers).not.toHaveProperty('access-control-allow-origin');
    expect((await ask(UI, '/api/v1/users')).headers).not.toHaveProperty('access-control-allow-origin');
  });
});
