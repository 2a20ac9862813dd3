import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { build } from 'esbuild';
import { removeObjects } from '../../src/activities/reports/remove-objects.js';
import { storeResult, type ResultContent } from '../../src/activities/reports/store-result.js';
import { failureTypes } from '../../src/contracts/errors.js';
import { ObjectStoreError } from '../../src/contracts/reports/object-store.js';
import type { Principal } from '../../src/contracts/users/principal.js';
import type { RunResult } from '../../src/contracts/runs/run.js';
import { isKept } from '../../src/db/reports/objects.js';
import { projectRun } from '../../src/db/runs/events.js';
import { withTransaction } from '../../src/db/base/transaction.js';
import { createS3ObjectStore } from '../../src/platform/objects/s3.js';
import type { ObjectStore } from '../../src/platform/objects/object-store.js';
import { MockActivityEnvironment } from '@temporalio/testing';
import { useDatabase } from '../support/servers/database.js';
import { contentOf, testObjects } from '../support/servers/object-stores.js';
import { givenRun } from '../support/runs.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { givenUser } from '../support/people.js';

const database = useDatabase();
const folder = useTemporaryFolder();
let owner: Principal;
beforeAll(async () => {
  owner = await givenUser(database.pool);
});

const newRunId = async (): Promise<string> => (await givenRun(database.pool, owner)).id;
const store = (
  runId: string,
  content: ResultContent['content'],
  objects = testObjects(),
): Promise<RunResult> =>
  storeResult(
    { pool: database.pool, objects },
    { runId, content, contentType: 'text/plain', filename: 'a.txt' },
  );

async function keysOf(runId: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ key: string }>('select key from objects where run_id = $1', [
    runId,
  ]);
  return rows.map((row) => row.key);
}

test.each<[string, ResultContent['content']]>([
  ['a text', 'päivää'],
  ['bytes', Buffer.from('päivää')],
  ['a stream of both', mixed()],
])('%s is stored with its length and hash', async (_what, content) => {
  const result = await store(await newRunId(), content);
  const expected = Buffer.from('päivää');
  expect(result).toMatchObject({
    bytes: expected.length,
    contentType: 'text/plain',
    filename: 'a.txt',
    sha256: createHash('sha256').update(expected).digest('hex'),
  });
  expect(await contentOf(result)).toEqual(expected);
});

async function* mixed(): AsyncGenerator<Buffer | string> {
  yield 'päi';
  yield Buffer.from('');
  yield Buffer.from('vää');
}

test('lines beyond count reach the store in pieces, not one by one', async () => {
  const sizes: number[] = [];
  const counting: ObjectStore = {
    ...testObjects(),
    async put(_key, content) {
      for await (const piece of content) sizes.push(piece.length);
    },
  };
  async function* lines(): AsyncGenerator<string> {
    for (let line = 0; line < 100_000; line += 1) yield 'ten bytes\n';
  }
  const result = await store(await newRunId(), lines(), counting);
  expect(result.bytes).toBe(1_000_000);
  expect(sizes.length).toBeLessThan(20);
});

test('the object is known before its first byte is written', async () => {
  const runId = await newRunId();
  let known: string[] = [];
  async function* looking(): AsyncGenerator<string> {
    known = await keysOf(runId);
    yield 'x';
  }
  const { key } = await store(runId, looking());
  expect(known).toEqual([key]);
});

test('two tries at the same time are two objects', async () => {
  const runId = await newRunId();
  const [one, two] = await Promise.all([store(runId, 'one'), store(runId, 'two')]);
  expect([(await contentOf(one)).toString(), (await contentOf(two)).toString()]).toEqual(['one', 'two']);
});

test('for a run that has ended nothing is written', async () => {
  const runId = await newRunId();
  await ends(runId);
  await expect(store(runId, 'late')).rejects.toMatchObject({
    type: failureTypes.runEnded,
    nonRetryable: true,
  });
  expect(await keysOf(runId)).toEqual([]);
});

const ends = (runId: string, result?: RunResult): Promise<unknown> =>
  withTransaction(database.pool, (tx) =>
    projectRun(tx, {
      runId,
      dedupKey: 'end',
      status: 'completed',
      ...(result ? { result } : {}),
      events: [],
    }),
  );

test('what the source of the content fails with is not called a fault of the store', async () => {
  async function* failing(): AsyncGenerator<string> {
    yield 'x';
    throw ApplicationFailure.nonRetryable('no such session', failureTypes.recordGone);
  }
  await expect(store(await newRunId(), failing())).rejects.toMatchObject({ type: failureTypes.recordGone });
});

test('a full store is a failure that may pass, in words for the owner, with the cause for the log', async () => {
  const full: ObjectStore = {
    ...testObjects(),
    async put(_key, content) {
      await content[Symbol.asyncIterator]().next();
      throw new ObjectStoreError('full', new Error('ENOSPC at /secret'));
    },
  };
  const failure = (await store(await newRunId(), 'x', full).catch(
    (error: unknown) => error,
  )) as ApplicationFailure;
  expect(failure).toMatchObject({
    message: 'The result could not be stored: the object store is full.',
    type: failureTypes.dependencyUnavailable,
    nonRetryable: false,
  });
  expect(failure.cause).toBeInstanceOf(ObjectStoreError);
});

describe('a store without room says so as its own fault, and keeps nothing:', () => {
  test('a disk that takes no more in the middle of a file', async () => {
    const program = resolve(import.meta.dirname, `../../node_modules/.cache/full-disk-${process.pid}.mjs`);
    await build({
      entryPoints: [resolve(import.meta.dirname, 'full-disk-worker.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      logLevel: 'error',
    });
    const limited = 'ulimit -f 2000 && exec "$0" "$@"';
    const ran = await promisify(execFile)('sh', ['-c', limited, process.execPath, program, folder]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ name: 'ObjectStoreError', fault: 'full' });
    expect(existsSync(join(folder, 'results/job_1'))).toBe(true);
    expect(readdirSync(join(folder, 'results/job_1'))).toEqual([]);
  });

  test.each([
    [507, 'InsufficientStorage'],
    [503, 'XMinioStorageFull'],
    [403, 'QuotaExceeded'],
  ])('an S3 server that answers %s %s', async (status, code) => {
    const server = await answering(status, code);
    try {
      const s3 = createS3ObjectStore({
        bucket: 'b',
        region: 'us-east-1',
        forcePathStyle: true,
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      });
      await expect(store(await newRunId(), randomBytes(9_000_000), s3)).rejects.toMatchObject({
        message: 'The result could not be stored: the object store is full.',
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

async function answering(status: number, code: string): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(status, { 'Content-Type': 'application/xml' });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no room</Message></Error>`);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

describe('the retention', () => {
  const removes = (objects = testObjects()): Promise<number> =>
    new MockActivityEnvironment().run(() => removeObjects({ pool: database.pool, objects }, 30, 100));
  const age = (key: string): Promise<unknown> =>
    database.pool.query(`update objects set created_at = now() - interval '25 hours' where key = $1`, [key]);

  // Everything of the tests before is out of the way.
  beforeAll(() => database.pool.query('delete from objects'));

  test('removes what lost tries left a day ago, and keeps the result that the run names', async () => {
    const runId = await newRunId();
    const [lost, won] = [await store(runId, 'lost'), await store(runId, 'won')];
    await ends(runId, won);
    expect(await removes()).toBe(0);
    await age(lost.key);
    await age(won.key);
    expect(await removes()).toBe(1);
    expect(await testObjects().head(lost.key)).toBeUndefined();
    expect((await contentOf(won)).toString()).toBe('won');
    expect([await isKept(database.pool, lost.key), await isKept(database.pool, won.key)]).toEqual([
      false,
      true,
    ]);
  });

  test('leaves the objects of a run that is still open, however old they are', async () => {
    const { key } = await store(await newRunId(), 'not named yet');
    await age(key);
    expect(await removes()).toBe(0);
    expect(await testObjects().head(key)).toBeDefined();
  });

  test('removes results when their time is over, and what belongs to no run any more', async () => {
    const [kept, gone] = [await newRunId(), await newRunId()];
    const [old, orphan] = [await store(kept, 'old'), await store(gone, 'orphan')];
    await ends(kept, old);
    await database.pool.query(`update runs set finished_at = now() - interval '31 days' where id = $1`, [
      kept,
    ]);
    await database.pool.query('delete from runs where id = $1', [gone]);
    await age(orphan.key);
    expect(await removes()).toBe(2);
    expect(await Promise.all([old, orphan].map(({ key }) => testObjects().head(key)))).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('takes up what the store would not remove, and hands it out to nobody meanwhile', async () => {
    const runId = await newRunId();
    const result = await store(runId, 'stubborn');
    await ends(runId, result);
    await database.pool.query(`update runs set finished_at = now() - interval '31 days' where id = $1`, [
      runId,
    ]);
    const away: ObjectStore = {
      ...testObjects(),
      delete: () => Promise.reject(new ObjectStoreError('unavailable', new Error('down'))),
    };
    expect(await removes(away)).toBe(0);
    expect(await isKept(database.pool, result.key)).toBe(false);
    expect(await keysOf(runId)).toEqual([result.key]);
    expect(await removes()).toBe(1);
    expect(await keysOf(runId)).toEqual([]);
    expect(await removes()).toBe(0);
  });
});
