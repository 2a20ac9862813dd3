import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useS3 } from '../support/servers/s3-server.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { buildCli, removeCli, sluice } from './cli-fixture.js';

const s3 = useS3();
const folder = useTemporaryFolder();
beforeAll(buildCli);
afterAll(removeCli);

async function finding(env: Record<string, string>): Promise<Record<string, string>> {
  const { out } = await sluice(['doctor', '-o', 'json', '--only', 'object-store'], env);
  const { findings } = JSON.parse(out) as { findings: Record<string, string>[] };
  expect(findings).toHaveLength(1);
  return findings[0] ?? {};
}

test('a bucket that takes, gives back and removes objects is fine, and nothing is left in it', async () => {
  const { endpoint, bucket } = s3.server.options;
  expect(await finding(s3.server.env)).toEqual({
    check: 'object-store',
    state: 'ok',
    what: `The bucket "${bucket}" at ${new URL(endpoint).host} takes, gives back and removes objects.`,
  });
  const left: string[] = [];
  for await (const key of s3.server.store().list('doctor')) left.push(key);
  expect(left).toEqual([]);
});

test('the names that AWS gives the keys and the region do as well', async () => {
  const { S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '', ...place } = s3.server.env;
  const keys = { AWS_ACCESS_KEY_ID: S3_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: S3_SECRET_ACCESS_KEY };
  expect(await finding({ ...place, ...keys, AWS_REGION: 'us-east-1' })).toMatchObject({ state: 'ok' });
});

test.each<[string, () => Record<string, string>, RegExp]>([
  [
    'another secret',
    () => ({ ...s3.server.env, S3_SECRET_ACCESS_KEY: 'topsecret' }),
    /: the keys are refused\.$/,
  ],
  [
    'another bucket',
    () => ({ ...s3.server.env, S3_BUCKET: 'nowhere' }),
    /^The bucket "nowhere".*no such bucket\.$/,
  ],
  ['a server that is away', () => ({ ...s3.server.env, S3_ENDPOINT: 'http://127.0.0.1:1' }), /ECONNREFUSED/],
  ['an address and no bucket', () => ({ S3_ENDPOINT: 'http://127.0.0.1:1' }), /S3_BUCKET is not/],
  ['half of the keys', () => ({ S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'a' }), /only one is set/],
])('%s fails with a sentence and a way out, and without the secret', async (_what, env, message) => {
  const found = await finding(env());
  expect(found).toMatchObject({ state: 'failed', fix: expect.stringMatching(/^[A-Z].*\.$/) as string });
  expect(found['what']).toMatch(message);
  expect(JSON.stringify(found)).not.toContain('topsecret');
});

test('a folder is fine once it is there, and need not be before the first result', async () => {
  const [made, file] = [join(folder, 'made'), join(folder, 'file')];
  mkdirSync(made);
  writeFileSync(file, '');
  expect(await finding({ OBJECT_STORE_DIR: made })).toMatchObject({ state: 'ok' });
  expect(await finding({ OBJECT_STORE_DIR: join(folder, 'later') })).toMatchObject({ state: 'unused' });
  expect(await finding({ OBJECT_STORE_DIR: file })).toMatchObject({ state: 'failed' });
  expect(await finding({ SLUICE_HOME: folder })).toMatchObject({
    state: 'unused',
    what: expect.stringContaining(join(folder, 'objects')) as string,
  });
});

test('with a database of its own and no place for results that all processes share, it warns', async () => {
  expect(await finding({ DATABASE_URL: 'postgres://127.0.0.1:1/x' })).toMatchObject({ state: 'warning' });
});
