import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createFileLinks } from '../../src/crypto/file-links.js';
import { ObjectStoreError } from '../../src/contracts/reports/object-store.js';
import { createLocalObjectStore } from '../../src/platform/objects/local.js';
import type { ObjectStore, StoredObject } from '../../src/platform/objects/object-store.js';
import { useS3 } from '../support/servers/s3-server.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';

const folder = useTemporaryFolder();
const s3 = useS3();
const links = createFileLinks({ current: 'a secret of the tests, long enough' });
const local = (at = join(folder, 'objects')): ObjectStore => createLocalObjectStore({ folder: at, links });

const csv = { contentType: 'text/csv; charset=utf-8' };
const newKey = (): string => `results/job_1/${randomBytes(8).toString('hex')}`;

async function* pieces(content: Buffer, size = 100_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function read(stored: StoredObject | undefined): Promise<Buffer> {
  if (stored === undefined) throw new Error('there is no such object');
  const parts: Buffer[] = [];
  for await (const part of stored.stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys.sort();
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

describe.each<[string, () => ObjectStore]>([
  ['local', () => local()],
  ['s3', () => s3.server.store()],
])('the %s store', (_kind, open) => {
  test.each([
    ['nothing', 0],
    ['a few bytes', 5],
    // Three parts of an S3 upload, the last one short.
    ['twenty megabytes', 20_000_001],
  ])('gives %s back byte for byte, with its size', async (_what, bytes) => {
    const store = open();
    const key = newKey();
    const content = randomBytes(bytes);
    await store.put(key, pieces(content), csv);
    expect(await store.head(key)).toEqual({ bytes });
    const stored = await store.get(key);
    expect(stored?.bytes).toBe(bytes);
    expect(sha256(await read(stored))).toBe(sha256(content));
  });

  test.each([
    ['the first byte', { first: 0, last: 0 }],
    ['some in the middle', { first: 10, last: 29 }],
    ['the last ones', { first: 90, last: 99 }],
  ])('gives a range: %s', async (_what, range) => {
    const store = open();
    const key = newKey();
    const content = randomBytes(100);
    await store.put(key, pieces(content), csv);
    const stored = await store.get(key, range);
    expect(stored?.bytes).toBe(100);
    expect(await read(stored)).toEqual(content.subarray(range.first, range.last + 1));
  });

  test('has nothing under a key that was never written, and removes it without complaint', async () => {
    const store = open();
    const key = newKey();
    expect([await store.get(key), await store.head(key)]).toEqual([undefined, undefined]);
    await store.delete(key);
  });

  test('lists what is under a prefix and nothing else, until it is removed', async () => {
    const store = open();
    const keys = ['results/job_2/a', 'results/job_2/b', 'results/job_22/c', 'other/job_2/d'];
    for (const key of keys) await store.put(key, pieces(Buffer.from('x')), csv);
    expect(await keysOf(store, 'results/job_2/')).toEqual(['results/job_2/a', 'results/job_2/b']);
    expect(await keysOf(store, 'results/job_2')).toEqual(keys.slice(0, 3));
    expect(await keysOf(store, 'nowhere/')).toEqual([]);
    await store.delete('results/job_2/a');
    expect(await keysOf(store, 'results/job_2/')).toEqual(['results/job_2/b']);
    for (const key of keys) await store.delete(key);
    expect(await keysOf(store, 'results/job_2')).toEqual([]);
  });

  test('keeps nothing of a write whose source fails on the way, and fails with its error', async () => {
    const store = open();
    const key = newKey();
    async function* failing(): AsyncGenerator<Buffer> {
      yield* pieces(randomBytes(12_000_000));
      throw new RangeError('the source is gone');
    }
    const error: unknown = await store.put(key, failing(), csv).catch((cause: unknown) => cause);
    expect([error, (error as Error).cause].map((each) => (each as Error | undefined)?.message)).toContain(
      'the source is gone',
    );
    expect([await store.head(key), await keysOf(store, key)]).toEqual([undefined, []]);
  });

  test('keeps nothing of a write that is called off', async () => {
    const store = open();
    const key = newKey();
    const over = new AbortController();
    async function* endless(): AsyncGenerator<Buffer> {
      for (let sent = 0; ; sent += 1) {
        yield randomBytes(1_000_000);
        if (sent === 10) over.abort();
      }
    }
    await expect(store.put(key, endless(), { ...csv, signal: over.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect([await store.head(key), await keysOf(store, key)]).toEqual([undefined, []]);
  });

  test.each([
    '',
    '/',
    '/etc/passwd',
    '../x',
    'results/../../x',
    'a//b',
    'a/./b',
    'A',
    'a b',
    'a\0',
    'a.part',
    'é',
    `${'a/'.repeat(7)}a`,
  ])('refuses the key %j, whatever is asked', async (key) => {
    const store = open();
    const asked: readonly (() => Promise<unknown>)[] = [
      () => store.put(key, pieces(Buffer.from('x')), csv),
      () => store.get(key),
      () => store.head(key),
      () => store.delete(key),
      () => store.signGet(key, { ttlSeconds: 1, filename: 'x', disposition: 'inline', contentType: 'x' }),
    ];
    for (const ask of asked) {
      await expect((async () => ask())()).rejects.toThrow('that is not a key of the object store');
    }
  });

  test('is found fit for use', async () => {
    await expect(open().check()).resolves.toBeUndefined();
  });
});

describe('the local store', () => {
  test('removes with an object what a killed write of it has left, and then its empty folder', async () => {
    const store = local();
    const torn = join(folder, 'objects/results/job_9');
    mkdirSync(torn, { recursive: true });
    writeFileSync(join(torn, 'abc.123456.part'), 'half of it');
    writeFileSync(join(torn, 'abcd'), 'another object');
    expect(await keysOf(store, 'results/job_9/')).toEqual(['results/job_9/abcd']);
    await store.delete('results/job_9/abc');
    expect(readdirSync(torn)).toEqual(['abcd']);
    await store.delete('results/job_9/abcd');
    expect(readdirSync(join(folder, 'objects/results'))).not.toContain('job_9');
  });

  test('whose folder is no folder is not fit for use, and says so as its own fault', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const store = local(file);
    for (const ask of [() => store.check(), () => store.put(newKey(), pieces(Buffer.from('x')), csv)]) {
      await expect(ask()).rejects.toMatchObject({ name: 'ObjectStoreError', fault: 'unavailable' });
    }
  });
});

describe('the S3 store', () => {
  const wrong = () => ({ ...s3.server.options.credentials, secretAccessKey: 'not the secret' }) as never;

  test('with another secret is refused, as its own fault', async () => {
    const store = s3.server.store({ credentials: wrong() });
    const key = newKey();
    for (const ask of [
      () => store.check(),
      () => store.put(key, pieces(Buffer.from('x')), csv),
      () => store.get(key),
      () => store.delete(key),
    ]) {
      await expect(ask()).rejects.toMatchObject({ name: 'ObjectStoreError', fault: 'unavailable' });
    }
    expect(await s3.server.store().head(key)).toBeUndefined();
  });

  test('whose bucket does not exist is a fault, not an object that is gone', async () => {
    const store = s3.server.store({ bucket: 'no-such-bucket' });
    await expect(store.check()).rejects.toBeInstanceOf(ObjectStoreError);
    await expect(store.get(newKey())).rejects.toBeInstanceOf(ObjectStoreError);
  });

  const signed = async (store: ObjectStore, key: string, ttlSeconds = 900): Promise<string> =>
    store.signGet(key, {
      ttlSeconds,
      filename: '売上.csv',
      disposition: 'attachment' as const,
      contentType: csv.contentType,
    });

  test('signs links that anybody can follow, with the name and type that the file shall have', async () => {
    const store = s3.server.store();
    const key = newKey();
    await store.put(key, pieces(Buffer.from('0123456789')), { contentType: 'text/plain' });
    const answer = await fetch(await signed(store, key));
    expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
    expect(answer.headers.get('content-type')).toBe(csv.contentType);
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="_.csv"; filename*=UTF-8''%E5%A3%B2%E4%B8%8A.csv`,
    );
    const part = await fetch(await signed(store, key), { headers: { Range: 'bytes=2-4' } });
    expect(await part.text()).toBe('234');
  });

  test.each<[string, (link: string) => string]>([
    [
      'with another signature',
      (link) =>
        link.replace(
          /(X-Amz-Signature=)(.)/,
          (_all, name: string, hex: string) => name + (hex === '0' ? '1' : '0'),
        ),
    ],
    ['to another object', (link) => link.replace(/results\/job_1\/\w/, 'results/job_1/x')],
    ['with another name for the file', (link) => link.replace('.csv', '.exe')],
    ['that lasts longer', (link) => link.replace('X-Amz-Expires=900', 'X-Amz-Expires=9000')],
    ['without a signature', (link) => link.replace(/\?.*/, '')],
  ])('has no answer to a link %s', async (_what, altered) => {
    const store = s3.server.store();
    const key = newKey();
    await store.put(key, pieces(Buffer.from('secret')), csv);
    const link = await signed(store, key);
    expect(altered(link)).not.toBe(link);
    const answer = await fetch(altered(link));
    expect([400, 403]).toContain(answer.status);
    expect(await answer.text()).not.toContain('secret<');
  });

  test('has no answer to a link that has expired, or that was signed with another secret', async () => {
    const store = s3.server.store();
    const key = newKey();
    await store.put(key, pieces(Buffer.from('secret')), csv);
    const short = await signed(store, key, 1);
    const status = async (link: string): Promise<number> => (await fetch(link)).status;
    const forged = await signed(s3.server.store({ credentials: wrong() }), key);
    expect(await status(forged)).toBe(403);
    const until = Date.now() + 3_000;
    while (Date.now() < until && (await status(short)) === 200)
      await new Promise((next) => setTimeout(next, 100));
    expect([400, 403]).toContain(await status(short));
  });

  test('removes with an object the parts that a killed upload of it has left', async () => {
    const { endpoint, region, bucket, credentials } = s3.server.options;
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: credentials as never,
    });
    const left = async (key: string): Promise<number> => {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }));
      return Uploads?.length ?? 0;
    };
    const [torn, other] = [newKey(), newKey()];
    for (const key of [torn, other]) {
      const place = { Bucket: bucket, Key: key };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
      const Body = randomBytes(5_242_880);
      await client.send(new UploadPartCommand({ ...place, UploadId, PartNumber: 1, Body }));
    }
    expect([await left(torn), await left(other)]).toEqual([1, 1]);
    await s3.server.store().delete(torn);
    expect([await left(torn), await left(other)]).toEqual([0, 1]);
    await s3.server.store().delete(other);
  });

  test('signs for the public address, where one is named, and speaks to its own', async () => {
    const { endpoint } = s3.server.options;
    const publicEndpoint = endpoint.replace('127.0.0.1', 'localhost');
    const store = s3.server.store({ publicEndpoint });
    const key = newKey();
    await store.put(key, pieces(Buffer.from('0123456789')), csv);
    const link = await signed(store, key);
    expect(link.startsWith(`${publicEndpoint}/`)).toBe(true);
    expect(await (await fetch(link)).text()).toBe('0123456789');
    expect((await fetch(link.replace(publicEndpoint, endpoint))).status).toBe(403);
  });
});
