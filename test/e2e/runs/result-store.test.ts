import { createHash } from 'node:crypto';
import { ObjectStoreError } from '../../../src/contracts/reports/object-store.js';
import type { ObjectStore } from '../../../src/platform/objects/object-store.js';
import { startApi, type TestApi } from '../../support/api.js';
import { useDatabase } from '../../support/servers/database.js';
import { testObjects } from '../../support/servers/object-stores.js';
import { useS3 } from '../../support/servers/s3-server.js';
import { withWorker } from '../../support/workers/worker.js';
import { useTemporal } from '../../support/servers/temporal.js';
import { waitUntil } from '../../support/wait-until.js';
import { createApiUser, type TestUser } from '../../support/people.js';

const database = useDatabase();
const temporal = useTemporal();
const s3 = useS3();
let ana: TestUser;
let admin: TestUser;
beforeAll(async () => {
  ana = await createApiUser(database);
  admin = await createApiUser(database, 'ADMIN');
});

interface Done {
  readonly id: string;
  readonly body: Record<string, unknown>;
}

/** Asks for a report, has a worker make it, and waits for the end of the job. */
async function makes(api: TestApi, objects: ObjectStore, title: string): Promise<Done> {
  const answer = await api.send('/generate-report', { token: ana.token, method: 'POST', body: { title } });
  const id = String(answer.body['jobId']);
  return withWorker(database, temporal, { objects }, () => ends(api, id));
}

async function ends(api: TestApi, id: string): Promise<Done> {
  const { body } = await waitUntil(
    async () => {
      const answer = await api.send(`/jobs/${id}`, { token: ana.token });
      return answer.status === 200 && answer;
    },
    { what: `${id} ends`, timeoutMs: 40_000 },
  );
  return { id, body };
}

const follow = (api: TestApi, link: string, init: RequestInit = {}): Promise<Response> =>
  fetch(new URL(link, api.url), init);

describe.each<[string, () => ObjectStore]>([
  ['local files', () => testObjects()],
  ['S3', () => s3.server.store()],
])('with results in %s', (_name, open) => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ database, temporal, objects: open(), env: { RESULT_INLINE_MAX_BYTES: '100' } });
  });
  afterAll(() => api.close());

  test('a report is handed out by a link that needs no token, whole and in parts, until a byte of it is another', async () => {
    const { id, body } = await makes(api, open(), '売上 "x"');
    expect(body).toMatchObject({ state: 'SUCCESS', downloadUrl: `/jobs/${id}/result` });
    expect(JSON.stringify(body)).not.toContain('results/');
    const redirect = await api.send(`/jobs/${id}/result`, { token: ana.token });
    expect([redirect.status, redirect.headers['cache-control']]).toEqual([303, 'no-store']);
    const link = String(redirect.headers.location);
    const file = await follow(api, link);
    const content = Buffer.from(await file.arrayBuffer());
    const { sha256, bytes } = body['result'] as { sha256: string; bytes: number };
    expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    expect(file.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''%E5%A3%B2/);
    const part = await follow(api, link, { headers: { Range: 'bytes=10-19' } });
    expect(await part.text()).toBe(content.toString('latin1', 10, 20));

    const at = link.length - 1 - (link.length % 7);
    const altered = `${link.slice(0, at)}${link[at] === '0' ? '1' : '0'}${link.slice(at + 1)}`;
    const refused = await follow(api, altered);
    expect([400, 403]).toContain(refused.status);
    expect((await follow(api, link)).status).toBe(200);
  });

  test('each asking makes a link of its own moment, and a small result is answered directly', async () => {
    const { id } = await makes(api, open(), 'small');
    const roomy = await startApi({ database, temporal, objects: open() });
    try {
      const direct = await roomy.send(`/jobs/${id}/result`, { token: ana.token });
      expect([direct.status, direct.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      const head = await roomy.send(`/jobs/${id}/result`, { token: ana.token, method: 'HEAD' });
      expect([head.status, head.headers['content-length'], head.text]).toEqual([
        200,
        String(Buffer.byteLength(direct.text)),
        '',
      ]);
    } finally {
      await roomy.close();
    }
  });

  test('a result that is kept no longer is gone, for its owner and behind a link', async () => {
    const { id } = await makes(api, open(), 'old');
    const link = String((await api.send(`/jobs/${id}/result`, { token: ana.token })).headers.location);
    await database.pool.query(`update runs set finished_at = now() - interval '31 days' where id = $1`, [id]);
    await withWorker(database, temporal, { objects: open() }, () =>
      temporal.client.workflow.execute('applyRetention', {
        taskQueue: 'flow',
        workflowId: `retention-${id}`,
      }),
    );
    const asked = await api.send(`/jobs/${id}/result`, { token: ana.token });
    expect([asked.status, asked.body['code']]).toEqual([410, 'gone']);
    expect([404, 410]).toContain((await follow(api, link)).status);
  });
});

test.each([
  ['full', 'The result could not be stored: the object store is full.'],
  ['unavailable', 'The result could not be stored: the object store cannot be used.'],
] as const)(
  'a store that is %s in the middle of a file fails the job, which can be run again',
  async (fault, said) => {
    const failing: ObjectStore = {
      ...testObjects(),
      async put(_key, content) {
        await content[Symbol.asyncIterator]().next();
        throw new ObjectStoreError(fault, new Error('no luck at /var/lib/objects'));
      },
    };
    const api = await startApi({ database, temporal });
    try {
      const { id, body } = await makes(api, failing, fault);
      expect(body).toMatchObject({ status: 'failed', state: 'FAILED', error: said });
      expect(body).toMatchObject({ errorCode: 'dependency_unavailable' });
      expect(JSON.stringify(body)).not.toContain('/var');
      const result = await api.send(`/jobs/${id}/result`, { token: ana.token });
      expect([result.status, result.body['code']]).toEqual([409, 'job_failed']);

      const { items } = (await api.send('/api/v1/dead-letters', { token: admin.token })).body as {
        items: { id: string; jobId: string; errors: { message: string }[] }[];
      };
      const letter = items.find((item) => item.jobId === id);
      expect(letter?.errors.map((error) => error.message)).toContain(
        `${said} ← the object store ${fault === 'full' ? 'is full' : 'cannot be used'} ← no luck at /var/lib/objects`,
      );
      const again = await api.send(`/api/v1/dead-letters/${letter?.id}/replay`, {
        token: admin.token,
        method: 'POST',
      });
      const replayed = await withWorker(database, temporal, {}, () => ends(api, String(again.body['jobId'])));
      expect(replayed.body).toMatchObject({ state: 'SUCCESS' });
    } finally {
      await api.close();
    }
  },
);

test('a store that is away costs the download, not the process, and readiness names it', async () => {
  const away = s3.server.store({ endpoint: 'http://127.0.0.1:1' });
  const api = await startApi({ database, temporal, objects: away });
  try {
    const { id } = await makes(api, testObjects(), 'there');
    const answer = await api.send(`/jobs/${id}/result`, { token: ana.token });
    expect([answer.status, answer.body['code'], answer.headers['retry-after']]).toEqual([
      503,
      'storage_unavailable',
      '5',
    ]);
    const ready = await api.send('/readyz');
    expect(ready.body).toMatchObject({ status: 'degraded', checks: { objectStore: { status: 'down' } } });
  } finally {
    await api.close();
  }
});
